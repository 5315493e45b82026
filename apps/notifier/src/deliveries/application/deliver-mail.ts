import { performance } from 'node:perf_hooks';
import { failpointAsync, type Logger } from '@muster/service';
import {
  attributeKeys,
  contextFromTraceparent,
  spanNames,
  tracer,
  type Metrics,
  type SpanOptions,
} from '@muster/telemetry';
import { afterAttempt, type AttemptResult, type RetryPolicy } from '../domain/after-attempt.js';
import type { ClaimedMail, PendingMail } from '../domain/delivery.js';
import type { MailContent } from '../domain/mail-content.js';
import { recipientOf, type NotificationSettings } from '../domain/recipient.js';
import type {
  ComposedMail,
  DeliveryStore,
  MailComposer,
  MailSender,
  NotificationSettingsSource,
} from './ports.js';

export interface DeliverMailParts {
  readonly store: DeliveryStore;
  readonly settings: NotificationSettingsSource;
  readonly composer: MailComposer;
  readonly sender: MailSender;
  readonly retries: RetryPolicy;
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly now: () => Date;
}

/** How long a mail waits when its recipient cannot be asked for. Not an attempt: nobody was written to. */
const SETTINGS_RETRY_MS = 5_000;

/**
 * One attempt at one mail. Guarantee: a mail is marked sent only after a server took it, and a crash at any point leaves it
 * due. Not promised: exactly one copy. A crash between the server's 250 and our mark sends it again, word for word and
 * under the same Message-ID.
 */
export class DeliverMail {
  constructor(private readonly parts: DeliverMailParts) {}

  async deliver(claimed: ClaimedMail): Promise<void> {
    const { store, logger, metrics } = this.parts;
    const pending = await store.read(claimed);
    if (pending === null) return;
    const mailId = `${claimed.incidentId}.${claimed.sequence}`;
    const settings = await this.settingsOf(claimed);
    if (settings === undefined) return store.postpone(claimed, SETTINGS_RETRY_MS);
    const recipient = recipientOf(settings);
    if (recipient.kind === 'nobody') {
      await store.suppress(claimed, recipient.reason);
      metrics.counter('mails_total').inc({ outcome: 'suppressed' });
      logger.info(
        { mailId, tenantId: claimed.tenantId, reason: recipient.reason },
        'a mail has no recipient',
      );
      return;
    }
    const written = await this.written(pending, claimed, settings);
    await tracer.withSpan(spanNames.sendMail, spanOptions(written), async (span) => {
      const mail = await tracer.withSpan(spanNames.renderMail, {}, () =>
        this.parts.composer.compose(claimed, written.content, recipient.address),
      );
      const outcome = await this.attempt(claimed, written, mail);
      span.setAttribute(attributeKeys.outcome, outcome);
    });
  }

  /** Undefined when the directory cannot be asked: then nobody knows whether and where to the mail may go. */
  private async settingsOf({ tenantId }: ClaimedMail): Promise<NotificationSettings | null | undefined> {
    try {
      return await this.parts.settings.settingsOf(tenantId);
    } catch (err) {
      this.parts.logger.warn({ tenantId, err }, 'the notification settings could not be read');
      return undefined;
    }
  }

  private async written(
    pending: PendingMail,
    claimed: ClaimedMail,
    settings: NotificationSettings | null,
  ): Promise<PendingMail & { readonly content: MailContent }> {
    const { content } = pending;
    return content === null
      ? this.parts.store.write(claimed, settings?.tenantName ?? '')
      : { ...pending, content };
  }

  private async attempt(
    claimed: ClaimedMail,
    written: PendingMail & { readonly content: MailContent },
    mail: ComposedMail,
  ): Promise<AttemptResult['outcome']> {
    const { store, sender, retries, now, logger } = this.parts;
    const attemptedAt = now();
    const startedMs = performance.now();
    const result = await sender.send(mail);
    const durationMs = Math.round(performance.now() - startedMs);
    await failpointAsync('notifier.after-smtp');
    const history = { attempts: written.attempts, firstAttemptAt: written.firstAttemptAt ?? attemptedAt };
    const next = afterAttempt(result, history, now(), retries);
    await store.settle(claimed, {
      recipient: mail.recipient,
      messageId: mail.messageId,
      attempt: { attemptedAt, durationMs, ...result },
      next,
    });
    this.count(result, durationMs, written.content, next.state);
    logger.info(
      {
        mailId: `${claimed.incidentId}.${claimed.sequence}`,
        tenantId: claimed.tenantId,
        attempt: written.attempts + 1,
        outcome: result.outcome,
        code: result.smtpCode,
        state: next.state,
        durationMs,
      },
      'a mail was attempted',
    );
    return result.outcome;
  }

  private count(result: AttemptResult, durationMs: number, content: MailContent, state: string): void {
    const { metrics, now } = this.parts;
    metrics.counter('mails_total').inc({ outcome: state === 'parked' ? 'parked' : result.outcome });
    metrics.histogram('mail_seconds').observe(durationMs / 1_000);
    if (state !== 'sent') return;
    const delayMs = now().getTime() - Date.parse(content.firstFailureAt);
    metrics.histogram('notification_delay_seconds').observe(Math.max(0, delayMs) / 1_000);
  }
}

/** In the trace of the first failure, with links to others that the mail covers. */
function spanOptions(mail: PendingMail & { readonly content: MailContent }): SpanOptions {
  const [first, ...others] = mail.content.traceparents;
  return {
    kind: 'client',
    parent: contextFromTraceparent(first),
    links: () => others.map((traceparent) => contextFromTraceparent(traceparent)),
    attributes: () => ({
      [attributeKeys.tenantId]: mail.tenantId,
      [attributeKeys.incidentId]: mail.incidentId,
      [attributeKeys.cause]: mail.content.cause,
      [attributeKeys.requestId]: mail.content.requestId,
      [attributeKeys.attempt]: mail.attempts + 1,
    }),
  };
}
