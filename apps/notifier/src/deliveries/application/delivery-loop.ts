import type { Logger } from '@muster/service';
import type { ClaimedMail } from '../domain/delivery.js';
import type { DeliverMail } from './deliver-mail.js';
import type { DeliveryStore } from './ports.js';

export interface DeliveryLoopOptions {
  readonly store: DeliveryStore;
  readonly deliver: Pick<DeliverMail, 'deliver'>;
  /** Mails under way at the same time. */
  readonly concurrency: number;
  readonly leaseMs: number;
  /** How often to look for due mails while there are none. */
  readonly pollMs: number;
  readonly logger: Logger;
}

/** After an error of the database: longer than a poll, so that a server that comes back is not met by a rush. */
const ERROR_DELAY_MS = 1_000;

/**
 * Looks for due mails and has them delivered, a few at a time, until it is closed. A slow one holds up no other. Several
 * processes may run one each.
 */
export class DeliveryLoop {
  private readonly stopping = new AbortController();
  private readonly underWay = new Set<Promise<void>>();
  private readonly ended: Promise<void>;

  constructor(private readonly options: DeliveryLoopOptions) {
    this.ended = this.run();
  }

  /** Takes no new mail and waits for those under way; an attempt has a bounded time. */
  async close(): Promise<void> {
    this.stopping.abort();
    await this.ended;
  }

  private async run(): Promise<void> {
    const { pollMs, logger } = this.options;
    while (!this.stopping.signal.aborted) {
      try {
        const isMoreDue = await this.takeDue();
        if (!isMoreDue) await this.pause(pollMs);
      } catch (err) {
        logger.error({ err }, 'due mails could not be looked for');
        await this.pause(ERROR_DELAY_MS);
      }
    }
    await Promise.all(this.underWay);
  }

  /** False when every due mail is taken. */
  private async takeDue(): Promise<boolean> {
    const { store, concurrency, leaseMs } = this.options;
    if (this.underWay.size >= concurrency) await Promise.race(this.underWay);
    const free = concurrency - this.underWay.size;
    const due = await store.claimDue(free, leaseMs);
    for (const mail of due) {
      const delivery = this.deliver(mail).finally(() => this.underWay.delete(delivery));
      this.underWay.add(delivery);
    }
    return due.length === free;
  }

  private async deliver(mail: ClaimedMail): Promise<void> {
    const { deliver, logger } = this.options;
    try {
      await deliver.deliver(mail);
    } catch (err) {
      // Its lease ends by itself, and then it is due again.
      const mailId = `${mail.incidentId}.${mail.sequence}`;
      logger.error({ err, mailId, tenantId: mail.tenantId }, 'a mail could not be handled');
    }
  }

  private pause(delayMs: number): Promise<void> {
    const { signal } = this.stopping;
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(done, delayMs);
      function done(): void {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      }
      signal.addEventListener('abort', done);
    });
  }
}
