import { Inbox, type Database } from '@muster/persistence';
import type { Logger } from '@muster/service';

/** The topic keeps failures for 30 days: what is older cannot be delivered again, unless somebody copies it back. */
const KEPT_MS = 35 * 24 * 60 * 60_000;
const INTERVAL_MS = 60 * 60_000;
const PER_TRANSACTION_MAX = 1_000;
const TRANSACTIONS_PER_RUN_MAX = 100;

/** Forgets, once an hour, the ids of failures that were taken in long ago. */
export class InboxHousekeeping {
  private readonly inbox = new Inbox('notifier.inbox', 'failures');
  private readonly timer: NodeJS.Timeout;
  private running: Promise<void> = Promise.resolve();
  private closed = false;

  constructor(
    private readonly database: Database,
    private readonly logger: Logger,
    private readonly now: () => Date,
  ) {
    this.timer = setInterval(() => {
      this.running = this.tidy();
    }, INTERVAL_MS);
    this.timer.unref();
  }

  async close(): Promise<void> {
    this.closed = true;
    clearInterval(this.timer);
    await this.running;
  }

  /** Deletes in small transactions, so that no batch of failures waits behind it. */
  async tidy(): Promise<void> {
    const before = new Date(this.now().getTime() - KEPT_MS);
    try {
      for (let run = 0; run < TRANSACTIONS_PER_RUN_MAX && !this.closed; run += 1) {
        const forgotten = await this.database.transaction({ tenants: [] }, (transaction) =>
          this.inbox.forgetBefore(transaction, before, PER_TRANSACTION_MAX),
        );
        if (forgotten < PER_TRANSACTION_MAX) return;
      }
    } catch (err) {
      this.logger.warn({ err }, 'old failure ids could not be forgotten; the next run tries again');
    }
  }
}
