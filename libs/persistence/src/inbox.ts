import type { Transaction } from './database.js';
import { identifier, qualifiedName } from './tenant-isolation.js';

/** Longer ids are not ours. */
const messageIdCharactersMax = 200;

/** SQL for a migration: the table in which consumers note what they have handled. */
export function createInboxTable(table: string): string {
  return [
    `create table ${qualifiedName(table)} (`,
    `  consumer text not null,`,
    `  message_id text not null check (length(message_id) <= ${messageIdCharactersMax}),`,
    `  claimed_at timestamptz not null,`,
    `  primary key (consumer, message_id)`,
    `);`,
    `create index on ${qualifiedName(table)} (claimed_at);`,
  ].join('\n');
}

/**
 * Makes a consumer of an at-least-once topic handle each message once: an id is claimed in the transaction that holds the
 * message's effects, so both are there or neither is. It does not order messages, and it forgets what is older than
 * {@link Inbox.forgetBefore} was told: keep ids for longer than the topic keeps messages.
 */
export class Inbox {
  private readonly table: string;
  private readonly statement: string;

  constructor(
    table: string,
    private readonly consumer: string,
  ) {
    this.table = qualifiedName(table);
    this.statement = `inbox.${identifier(consumer)}`;
  }

  /**
   * Claims ids for this transaction and resolves with those that nobody had claimed. While another transaction is about to
   * claim one of them, this waits for its end.
   */
  async claim(
    transaction: Transaction,
    messageIds: readonly string[],
    now: Date,
  ): Promise<ReadonlySet<string>> {
    if (messageIds.length === 0) return new Set();
    // In one order for everybody, so that two overlapping batches wait for each other instead of deadlocking.
    const ids = [...new Set(messageIds)].sort();
    const { rows } = await transaction.query<{ message_id: string }>(
      `${this.statement}.claim`,
      `insert into ${this.table} (consumer, message_id, claimed_at)
       select $1, id, $3 from unnest($2::text[]) with ordinality as given (id, place) order by place
       on conflict do nothing
       returning message_id`,
      [this.consumer, ids, now],
    );
    return new Set(rows.map((row) => row.message_id));
  }

  /** Deletes at most `limit` ids claimed before a time; resolves with how many went. */
  async forgetBefore(transaction: Transaction, before: Date, limit: number): Promise<number> {
    const { rowCount } = await transaction.query(
      `${this.statement}.forget`,
      `delete from ${this.table} where (consumer, message_id) in
         (select consumer, message_id from ${this.table} where consumer = $1 and claimed_at < $2 limit $3)`,
      [this.consumer, before, limit],
    );
    return rowCount;
  }
}
