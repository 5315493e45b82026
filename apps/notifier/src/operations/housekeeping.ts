import { Inbox, type Database, type Transaction } from '@muster/persistence';
import type { Logger } from '@muster/service';

const DAY_MS = 24 * 60 * 60_000;
/** The topic keeps failures for 30 days: what is older cannot be delivered again, unless somebody copies it back. */
const INBOX_KEPT_MS = 35 * DAY_MS;
/** Names of users and addresses are personal data: they stay as long as somebody may ask what was mailed, and no longer. */
const MAILS_KEPT_MS = 90 * DAY_MS;
const INTERVAL_MS = 60 * 60_000;
const FAILURE_IDS_PER_TRANSACTION_MAX = 1_000;
const TENANTS_PER_TRANSACTION_MAX = 20;
const TRANSACTIONS_PER_RUN_MAX = 200;

/** Deletes rows of these tenants that are older than a time, in the given transaction. */
export type Forget = (transaction: Transaction, tenants: readonly string[], before: Date) => void;

/** Forgets, once an hour, what is too old to matter: in small transactions, so that no batch of failures waits behind it. */
export class Housekeeping {
  private readonly inbox = new Inbox('notifier.inbox', 'failures');
  private readonly timer: NodeJS.Timeout;
  private running: Promise<void> = Promise.resolve();
  private isClosed = false;

  /** @param forgets In the order in which rows refer to each other. */
  constructor(
    private readonly database: Database,
    private readonly forgets: readonly Forget[],
    private readonly logger: Logger,
    private readonly now: () => Date,
  ) {
    this.timer = setInterval(() => {
      this.running = this.tidy();
    }, INTERVAL_MS);
    this.timer.unref();
  }

  async close(): Promise<void> {
    this.isClosed = true;
    clearInterval(this.timer);
    await this.running;
  }

  /** One run. Never throws: what could not be forgotten now is there in an hour. */
  async tidy(): Promise<void> {
    try {
      await this.untilDone(() => this.forgetFailureIds());
      await this.untilDone(() => this.forgetMails());
    } catch (err) {
      this.logger.warn({ err }, 'old rows could not be forgotten; the next run tries again');
    }
  }

  private async untilDone(forgetSome: () => Promise<boolean>): Promise<void> {
    for (let run = 0; run < TRANSACTIONS_PER_RUN_MAX && !this.isClosed; run += 1) {
      if (!(await forgetSome())) return;
    }
  }

  /** True when there may be more. */
  private async forgetFailureIds(): Promise<boolean> {
    const before = new Date(this.now().getTime() - INBOX_KEPT_MS);
    const forgotten = await this.database.transaction({ tenants: [] }, (transaction) =>
      this.inbox.forgetBefore(transaction, before, FAILURE_IDS_PER_TRANSACTION_MAX),
    );
    return forgotten === FAILURE_IDS_PER_TRANSACTION_MAX;
  }

  /** Each tenant once a day, by whichever notifier comes first. */
  private async forgetMails(): Promise<boolean> {
    const before = new Date(this.now().getTime() - MAILS_KEPT_MS);
    const { rows } = await this.database.query<{ tenant_id: string }>(
      'housekeeping.next-tenants',
      `update notifier.mailed_tenants set tidied_at = $1
       where tenant_id in (select tenant_id from notifier.mailed_tenants where tidied_at < $2
                           order by tidied_at limit $3 for update skip locked)
       returning tenant_id`,
      [this.now(), new Date(this.now().getTime() - DAY_MS), TENANTS_PER_TRANSACTION_MAX],
    );
    const tenants = rows.map((row) => row.tenant_id);
    if (tenants.length === 0) return false;
    await this.database.transaction({ tenants }, async (transaction) => {
      for (const forget of this.forgets) forget(transaction, tenants, before);
    });
    return true;
  }
}
