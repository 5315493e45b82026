import { attributeKeys, isSampled, spanNames, tracer } from '@muster/telemetry';
import type { PoolClient, QueryResult } from 'pg';
import { DatabaseError, databaseErrorFrom } from './database-error.js';
import type { SqlResult, SqlValue, StatementOptions, Transaction } from './database.js';
import { identifier } from './tenant-isolation.js';

/** Sends one statement. Named ones are prepared once per connection. */
export function sendStatement<Row>(
  client: PoolClient,
  name: string,
  text: string,
  values: readonly SqlValue[],
  options: StatementOptions | undefined,
): Promise<SqlResult<Row>> {
  if (!isSampled()) return execute<Row>(client, name, text, values, options);
  const attributes = { [attributeKeys.dbSystem]: 'postgresql', [attributeKeys.dbStatement]: name };
  return tracer.withSpan(spanNames.query(name), { kind: 'client', attributes }, async (span) => {
    const result = await execute<Row>(client, name, text, values, options);
    span.setAttribute(attributeKeys.dbRows, result.rowCount);
    return result;
  });
}

/** NAMEDATALEN - 1: Postgres cuts longer names, so that two statements could become one. */
const statementNameCharactersMax = 63;

/** SQLSTATE of a statement after a failed one in the same transaction. */
const inFailedTransaction = '25P02';

async function execute<Row>(
  client: PoolClient,
  name: string,
  text: string,
  values: readonly SqlValue[],
  options: StatementOptions | undefined,
): Promise<SqlResult<Row>> {
  try {
    const prepare = options?.prepare ?? true;
    if (prepare && name.length > statementNameCharactersMax)
      throw new RangeError('the name of a statement is too long');
    const config = prepare ? { name, text, values: [...values] } : { text, values: [...values] };
    const result: QueryResult = await client.query(config);
    return { rows: result.rows as Row[], rowCount: result.rowCount ?? 0 };
  } catch (error) {
    throw databaseErrorFrom(error, name);
  }
}

/**
 * A transaction on a pipelining connection: every statement goes out when it is asked for, answers come in order. The
 * server answers each statement after a failed one with "transaction is aborted", so the first failure is kept and
 * reported in place of those.
 */
export class PipelinedTransaction implements Transaction {
  private firstFailure: DatabaseError | undefined;
  private writes: Promise<unknown>[] = [];
  private over = false;

  constructor(private readonly client: PoolClient) {}

  /** Sends the statements that open the transaction, without waiting for them. */
  begin(statements: string): void {
    this.client.query(statements).catch((error: unknown) => this.remember(databaseErrorFrom(error, 'begin')));
  }

  query<Row>(
    name: string,
    text: string,
    values: readonly SqlValue[] = [],
    options?: StatementOptions,
  ): Promise<SqlResult<Row>> {
    if (this.over) return Promise.reject(new Error(`${name}: the transaction is over`));
    return sendStatement<Row>(this.client, name, text, values, options).then(
      (result) => {
        // Had the transaction not begun, this would be an answer to nobody: without its tenants, and without its snapshot.
        if (this.firstFailure !== undefined) throw this.firstFailure;
        return result;
      },
      (error: unknown) => {
        throw this.remember(databaseErrorFrom(error, name));
      },
    );
  }

  write(name: string, text: string, values: readonly SqlValue[] = [], options?: StatementOptions): void {
    const sent = this.query(name, text, values, options);
    // Awaited at the end of its scope; handled here so that a failure before that does not count as unhandled.
    sent.catch(() => undefined);
    this.writes.push(sent);
  }

  async savepoint<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
    const savepoint = identifier(name);
    const outerWrites = this.writes;
    this.writes = [];
    this.control(`savepoint ${savepoint}`);
    try {
      const result = await work();
      await Promise.all(this.writes);
      this.control(`release savepoint ${savepoint}`);
      return result;
    } catch (error) {
      await Promise.allSettled(this.writes);
      // The failure belongs to the savepoint: what is undone must not be reported for later statements.
      this.firstFailure = undefined;
      this.control(`rollback to savepoint ${savepoint}; release savepoint ${savepoint}`);
      throw error;
    } finally {
      this.writes = outerWrites;
    }
  }

  /**
   * Sends the commit behind everything else and resolves when the server has confirmed it.
   * @throws DatabaseError also when a statement had failed whose error nobody looked at
   */
  async commit(): Promise<void> {
    this.over = true;
    if (this.writes.length > 0) await untilDriverHasSpoken();
    if (this.firstFailure !== undefined) throw this.firstFailure;
    const [committed] = await Promise.allSettled([this.sendCommit(), ...this.writes]);
    if (committed.status === 'rejected') {
      throw this.firstFailure ?? databaseErrorFrom(committed.reason, 'commit', true);
    }
    // Postgres answers a commit of a failed transaction with ROLLBACK and no error.
    if (committed.value.command !== 'COMMIT') {
      throw (
        this.firstFailure ??
        new DatabaseError('commit: the transaction had failed', { kind: 'bug', statement: 'commit' })
      );
    }
  }

  private sendCommit(): Promise<QueryResult> {
    if (!isSampled()) return this.client.query('commit');
    const attributes = { [attributeKeys.dbSystem]: 'postgresql', [attributeKeys.dbStatement]: 'commit' };
    return tracer.withSpan(spanNames.query('commit'), { kind: 'client', attributes }, () =>
      this.client.query('commit'),
    );
  }

  /** Resolves when the connection is clean again; rejects when it is not to be used any more. */
  async rollback(): Promise<void> {
    this.over = true;
    await this.client.query('rollback');
  }

  /** Marks the end of a read whose commit nobody waits for. */
  end(): void {
    this.over = true;
  }

  private control(statement: string): void {
    if (this.over) throw new Error(`${statement}: the transaction is over`);
    this.client
      .query(statement)
      .catch((error: unknown) => this.remember(databaseErrorFrom(error, statement)));
  }

  private remember(error: DatabaseError): DatabaseError {
    if (error.code === inFailedTransaction && this.firstFailure !== undefined) return this.firstFailure;
    this.firstFailure ??= error;
    return error;
  }
}

/**
 * What the driver itself refuses (a value that it cannot encode, one name for two texts) never reaches the server, which
 * would commit the rest. Such errors come in the next tick; one more, and they have passed through every promise between.
 */
async function untilDriverHasSpoken(): Promise<void> {
  await new Promise<void>((resolve) => process.nextTick(resolve));
  await new Promise<void>((resolve) => process.nextTick(resolve));
}
