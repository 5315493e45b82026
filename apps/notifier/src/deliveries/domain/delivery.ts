import type { AttemptResult } from './after-attempt.js';
import type { MailContent, MailKey, MailKind } from './mail-content.js';

/** A mail that this process may try to send, until its lease ends. */
export interface ClaimedMail extends MailKey {
  /** Names this claim: a later one has another id. */
  readonly claimId: string;
}

/** A mail as stored, before its next attempt. */
export interface PendingMail extends MailKey {
  readonly kind: MailKind;
  /** Null until its first attempt. */
  readonly content: MailContent | null;
  readonly attempts: number;
  readonly firstAttemptAt: Date | null;
}

/** `scheduled`: it waits for its time or its next attempt. The others are final. */
export type DeliveryState = 'scheduled' | 'sent' | 'parked' | 'suppressed';

/** One attempt as it is kept. */
export interface Attempt {
  readonly attemptedAt: Date;
  readonly durationMs: number;
  readonly outcome: AttemptResult['outcome'];
  readonly smtpCode: number | null;
  readonly response: string;
}

/** A mail with what became of it, for whoever asks whether it went out. */
export interface DeliveryReport {
  readonly incidentId: string;
  readonly sequence: number;
  readonly kind: MailKind;
  readonly cause: string;
  readonly groupingKey: string;
  readonly failureCount: number;
  readonly state: DeliveryState;
  readonly reason: string | null;
  readonly recipient: string | null;
  readonly messageId: string | null;
  readonly dueAt: Date;
  readonly createdAt: Date;
  readonly settledAt: Date | null;
  /** Oldest first. */
  readonly attempts: readonly Attempt[];
}
