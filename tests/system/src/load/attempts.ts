import { setTimeout as delay } from 'node:timers/promises';
import { type ScimAnswer } from '../world/scim-client.js';

/** What one request came to: an answer that says for sure, or nobody knows. */
export type Attempt =
  | { readonly kind: 'answered'; readonly answer: ScimAnswer }
  /** Surely without effect, and worth repeating. */
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'unknown'; readonly reason: string };

/** The sentence of the 503 that leaves a write open (cause `outcome_unknown`); every other refusal says that nothing happened. */
const NOBODY_KNOWS = 'It is not known yet';

export async function attempt(send: () => Promise<ScimAnswer>): Promise<Attempt> {
  let answer: ScimAnswer;
  try {
    answer = await send();
  } catch (error) {
    return { kind: 'unknown', reason: error instanceof Error ? error.message : String(error) };
  }
  if (answer.status < 500 && answer.status !== 429) return { kind: 'answered', answer };
  const detail = String(answer.body['detail']);
  if (answer.status === 500) return { kind: 'unknown', reason: `500 ${detail}` };
  return {
    kind: detail.startsWith(NOBODY_KNOWS) ? 'unknown' : 'refused',
    reason: `${answer.status} ${detail}`,
  };
}

export interface Settled {
  /** Undefined when the time was up before anyone gave a sure answer. */
  readonly answer: ScimAnswer | undefined;
  /** An earlier attempt may have taken effect. */
  readonly mayHaveHappened: boolean;
  readonly reason: string;
}

const RETRY_DELAY_MS = 50;

/** Repeats an attempt, as connectors do, until its answer is sure or the time is up. */
export async function untilSure(once: () => Promise<Attempt>, timeoutMs: number): Promise<Settled> {
  const deadline = performance.now() + timeoutMs;
  let mayHaveHappened = false;
  for (;;) {
    const tried = await once();
    if (tried.kind === 'answered') {
      const { answer } = tried;
      return { answer, mayHaveHappened, reason: `${answer.status} ${answer.text}` };
    }
    mayHaveHappened ||= tried.kind === 'unknown';
    if (performance.now() > deadline) return { answer: undefined, mayHaveHappened, reason: tried.reason };
    await delay(RETRY_DELAY_MS);
  }
}
