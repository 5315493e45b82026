import type { TenantId } from '@muster/contracts';
import type { AttemptResult, NextStep } from '../domain/after-attempt.js';
import type { Attempt, ClaimedMail, DeliveryReport, PendingMail } from '../domain/delivery.js';
import type { MailContent, MailKey } from '../domain/mail-content.js';
import type { NotificationSettings, SuppressionReason } from '../domain/recipient.js';

/** How the mail that is on its way is named outside. */
export interface Envelope {
  readonly recipient: string;
  readonly messageId: string;
}

export interface SettledAttempt extends Envelope {
  readonly attempt: Attempt;
  readonly next: NextStep;
}

export interface DeliveryStore {
  /**
   * Takes due mails of any tenant for `leaseMs`. Guarantee: no two claims hold one mail at the same time; a claim whose
   * holder died ends with its lease.
   */
  claimDue(limit: number, leaseMs: number): Promise<readonly ClaimedMail[]>;
  /** The mail, or null when it is settled already. */
  read(mail: ClaimedMail): Promise<PendingMail | null>;
  /** Fixes what the mail says, once and for ever: a second call gets what the first one wrote. */
  write(mail: ClaimedMail, tenantName: string): Promise<PendingMail & { readonly content: MailContent }>;
  /** Nobody is to get this mail. */
  suppress(mail: ClaimedMail, reason: SuppressionReason): Promise<void>;
  /** Stores an attempt with what follows from it. That a server took the mail counts even when the lease was lost meanwhile. */
  settle(mail: ClaimedMail, settled: SettledAttempt): Promise<void>;
  /** Gives a claim back without an attempt, for another try after `delayMs`. */
  postpone(mail: ClaimedMail, delayMs: number): Promise<void>;
  /** Mails that wait for their time or their next attempt. */
  countWaiting(): Promise<number>;
  /** The newest mails of one tenant, newest first. */
  list(tenantId: TenantId, limit: number): Promise<readonly DeliveryReport[]>;
}

export interface NotificationSettingsSource {
  /**
   * What the tenant chose; null when there is no such tenant. At most a few seconds old.
   * @throws when the directory cannot be asked
   */
  settingsOf(tenantId: TenantId): Promise<NotificationSettings | null>;
}

/** A mail ready to be sent, in both its forms. */
export interface ComposedMail extends Envelope {
  readonly subject: string;
  readonly text: string;
  readonly html: string | null;
  readonly listId: string;
  /** Message-ID of the mail that this one follows up. */
  readonly inReplyTo: string | null;
  readonly settingsUrl: string | null;
}

export interface MailComposer {
  compose(mail: MailKey, content: MailContent, recipient: string): Promise<ComposedMail>;
}

export interface MailSender {
  /** One attempt, within a bounded time. Never throws: what went wrong is the result. */
  send(mail: ComposedMail): Promise<AttemptResult>;
}
