/** What an attempt came to. */
export type AttemptResult =
  /** The server took responsibility for the mail (250 after its final dot). */
  | { readonly outcome: 'accepted'; readonly smtpCode: number; readonly response: string }
  /** Nobody took the mail this time, or nobody knows whether somebody did. */
  | { readonly outcome: 'deferred'; readonly smtpCode: number | null; readonly response: string }
  /** The server refused this mail or this recipient for good. */
  | { readonly outcome: 'refused'; readonly smtpCode: number | null; readonly response: string };

export interface RetryPolicy {
  /** Waits between attempts, milliseconds; the last one repeats. */
  readonly delaysMs: readonly [number, ...number[]];
  /** Age of a mail, from its first attempt, after which it is given up. Milliseconds. */
  readonly ageMsMax: number;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** 1, 5, 15, 60 min, then wider, for a day. `scale` shortens all of it for trials and tests. */
export function retryPolicy(scale = 1): RetryPolicy {
  return {
    delaysMs: [
      1 * MINUTE_MS * scale,
      5 * MINUTE_MS * scale,
      15 * MINUTE_MS * scale,
      1 * HOUR_MS * scale,
      2 * HOUR_MS * scale,
      4 * HOUR_MS * scale,
    ],
    ageMsMax: 24 * HOUR_MS * scale,
  };
}

export type ParkReason = 'refused' | 'gave_up';

export type NextStep =
  | { readonly state: 'sent' }
  | { readonly state: 'scheduled'; readonly delayMs: number }
  | { readonly state: 'parked'; readonly reason: ParkReason };

export interface AttemptHistory {
  /** Attempts before this one. */
  readonly attempts: number;
  readonly firstAttemptAt: Date;
}

/** What becomes of a mail after an attempt that ended at `now`. */
export function afterAttempt(
  result: Pick<AttemptResult, 'outcome'>,
  history: AttemptHistory,
  now: Date,
  policy: RetryPolicy,
): NextStep {
  if (result.outcome === 'accepted') return { state: 'sent' };
  if (result.outcome === 'refused') return { state: 'parked', reason: 'refused' };
  const last = policy.delaysMs.length - 1;
  const delayMs = policy.delaysMs[Math.min(history.attempts, last)] ?? policy.delaysMs[0];
  const ageMs = now.getTime() + delayMs - history.firstAttemptAt.getTime();
  return ageMs > policy.ageMsMax ? { state: 'parked', reason: 'gave_up' } : { state: 'scheduled', delayMs };
}
