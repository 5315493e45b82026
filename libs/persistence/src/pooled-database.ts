import { setTimeout as delay } from 'node:timers/promises';
import type { Metrics } from '@muster/telemetry';
import { Pool, types, type PoolClient, type PoolConfig } from 'pg';
import {
  DatabaseError,
  classifyDatabaseError,
  databaseErrorFrom,
  idleInTransaction,
} from './database-error.js';
import type {
  Database,
  DatabaseOptions,
  PoolStatistics,
  Session,
  SqlResult,
  SqlRow,
  SqlValue,
  StatementOptions,
  Transaction,
  TransactionOptions,
} from './database.js';
import { connectionConfig } from './connection-config.js';
import { PipelinedTransaction, sendStatement } from './pipelined-transaction.js';
import { tenantArrayLiteral, tenantSetting } from './tenant-isolation.js';

const reachableProbeDelayMs = 200;
/**
 * Postgres makes a plan once and keeps it until it learns something new about the tables, which a table that fills up is not:
 * what was right for an empty one reads all of a full one for every batch, until autovacuum comes by a minute or two later.
 * A partition for each day is empty every day. Making all plans anew costs a few milliseconds.
 */
const PLANS_KEPT_MS = 5_000;
/** An answer as old as this still proves that the server answers. */
const recentlyMs = 1_000;

/** Opens a pool. No connection is made before it is needed; see {@link Database.untilReachable}. */
export function openDatabase(options: DatabaseOptions): Database {
  return new PooledDatabase(options);
}

/** {@link Database} over a `pg` pool whose connections pipeline. */
class PooledDatabase implements Database {
  private readonly pool: Pool;
  private readonly label: string;
  private readonly waitingMax: number;
  private readonly metrics: Metrics | undefined;
  private closed: Promise<void> | undefined;
  /** What the server said when it ended a connection between two statements; the next of them is not told. */
  private readonly endings = new WeakMap<PoolClient, Error>();
  private lastAnswerAt = Number.NEGATIVE_INFINITY;
  private readonly plansKeptMs: number;
  private readonly plannedAt = new WeakMap<PoolClient, number>();

  constructor(options: DatabaseOptions) {
    this.label = options.applicationName;
    this.waitingMax = options.waitingMax ?? 1_000;
    this.metrics = options.metrics;
    this.plansKeptMs = options.plansKeptMs ?? PLANS_KEPT_MS;
    this.pool = new Pool(poolConfig(options));
    const lost = (error: Error): void => {
      this.metrics?.counter('db_connections_lost_total').inc({ pool: this.label });
      options.onConnectionLost?.(databaseErrorFrom(error, 'connection'));
    };
    // Without listeners, a connection that the server ends would take the process with it: idle ones report to the pool,
    // those in use to their own listener.
    this.pool.on('error', () => undefined);
    this.pool.on('connect', (client) =>
      client
        .once('error', (error: Error) => {
          this.endings.set(client, error);
          lost(error);
        })
        .on('error', () => undefined),
    );
    this.metrics?.onCollect(() => this.publishStatistics());
  }

  async query<Row = SqlRow>(
    name: string,
    text: string,
    values: readonly SqlValue[] = [],
    options?: StatementOptions,
  ): Promise<SqlResult<Row>> {
    const client = await this.acquire(name);
    try {
      const result = await sendStatement<Row>(client, name, text, values, options);
      this.giveBack(client);
      return result;
    } catch (error) {
      // After a timeout the driver has destroyed the socket but does not know yet that it has ended.
      client.release(classifyDatabaseError(error) === 'connection');
      throw this.failed(error);
    }
  }

  async queryTenant<Row = SqlRow>(
    tenantId: string,
    name: string,
    text: string,
    values: readonly SqlValue[] = [],
    options?: StatementOptions,
  ): Promise<SqlResult<Row>> {
    const begin = beginRead(tenantId);
    const client = await this.acquire(name);
    const transaction = new PipelinedTransaction(client);
    const [result] = inOneWrite(client, () => {
      transaction.begin(this.withFreshPlans(client, begin));
      return [
        transaction.query<Row>(name, text, values, options),
        this.endRead(client, transaction),
      ] as const;
    });
    try {
      return await result;
    } catch (error) {
      throw this.failed(error);
    }
  }

  async read<Result>(tenantId: string, work: (session: Session) => Promise<Result>): Promise<Result> {
    const begin = beginRead(tenantId);
    try {
      return await this.readOnce(begin, work);
    } catch (error) {
      if (!(error instanceof DatabaseError)) throw error;
      if (error.kind !== 'connection' && error.code !== idleInTransaction) throw error;
      // Every idle connection may be dead after a restart of the server; a read may simply be done again.
      return this.readOnce(begin, work);
    }
  }

  async transaction<Result>(
    options: TransactionOptions,
    work: (transaction: Transaction) => Promise<Result>,
  ): Promise<Result> {
    const begin = `begin; set local ${tenantSetting} = '${tenantArrayLiteral(options.tenants)}'`;
    const client = await this.acquire('begin');
    const startedAt = performance.now();
    const transaction = new PipelinedTransaction(client);
    try {
      const working = inOneWrite(client, () => {
        transaction.begin(this.withFreshPlans(client, begin));
        return started(work, transaction);
      });
      const result = await working;
      await transaction.commit();
      this.giveBack(client);
      return result;
    } catch (error) {
      await this.abandon(client, transaction, error);
      throw this.failed(this.reasonOf(client, error));
    } finally {
      this.metrics
        ?.histogram('db_transaction_seconds')
        .observe({ pool: this.label }, (performance.now() - startedAt) / 1_000);
    }
  }

  async check(): Promise<void> {
    // A saturated pool is no reason to take this process out of service: whoever waits there is being served.
    if (performance.now() - this.lastAnswerAt < recentlyMs) return;
    await this.query('database.check', 'select 1');
  }

  async untilReachable(timeoutMs: number): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      try {
        return await this.check();
      } catch (error) {
        if (classifyDatabaseError(error) === 'bug' || Date.now() + reachableProbeDelayMs > deadline)
          throw error;
        await delay(reachableProbeDelayMs);
      }
    }
  }

  statistics(): PoolStatistics {
    return { total: this.pool.totalCount, idle: this.pool.idleCount, waiting: this.pool.waitingCount };
  }

  close(): Promise<void> {
    this.closed ??= this.pool.end();
    return this.closed;
  }

  private async readOnce<Result>(
    begin: string,
    work: (session: Session) => Promise<Result>,
  ): Promise<Result> {
    const client = await this.acquire('begin');
    const transaction = new PipelinedTransaction(client);
    try {
      const working = inOneWrite(client, () => {
        transaction.begin(this.withFreshPlans(client, begin));
        return started(work, transaction);
      });
      const result = await working;
      void this.endRead(client, transaction);
      return result;
    } catch (error) {
      await this.abandon(client, transaction, error);
      throw this.failed(this.reasonOf(client, error));
    }
  }

  /** Ends a read-only transaction behind the answers; the connection goes back when the server has ended it. */
  private async endRead(client: PoolClient, transaction: PipelinedTransaction): Promise<void> {
    transaction.end();
    try {
      await client.query('commit');
      this.giveBack(client);
    } catch {
      client.release(true);
    }
  }

  private async abandon(
    client: PoolClient,
    transaction: PipelinedTransaction,
    cause: unknown,
  ): Promise<void> {
    try {
      await transaction.rollback();
      client.release(classifyDatabaseError(cause) === 'connection');
    } catch {
      // Not known to be clean: the connection is closed, which rolls back on the server.
      client.release(true);
    }
  }

  private giveBack(client: PoolClient): void {
    this.lastAnswerAt = performance.now();
    client.release();
  }

  private async acquire(statement: string): Promise<PoolClient> {
    if (this.pool.waitingCount >= this.waitingMax) {
      throw this.failed(
        new DatabaseError(`${statement}: ${this.waitingMax} callers wait for a connection already`, {
          kind: 'resource',
          statement,
        }),
      );
    }
    const startedAt = performance.now();
    try {
      return await this.pool.connect();
    } catch (error) {
      throw this.failed(databaseErrorFrom(error, statement));
    } finally {
      this.metrics
        ?.histogram('db_pool_wait_seconds')
        .observe({ pool: this.label }, (performance.now() - startedAt) / 1_000);
    }
  }

  /** The beginning of a transaction, with a word to the server that its plans are too old. Not before it: it would be a query. */
  private withFreshPlans(client: PoolClient, begin: string): string {
    const now = performance.now();
    const plannedAt = this.plannedAt.get(client);
    if (plannedAt !== undefined && now - plannedAt < this.plansKeptMs) return begin;
    this.plannedAt.set(client, now);
    return plannedAt === undefined ? begin : `${begin}; discard plans`;
  }

  private reasonOf(client: PoolClient, error: unknown): unknown {
    const ending = this.endings.get(client);
    const isOnlyLost = error instanceof DatabaseError && error.kind === 'connection';
    if (ending === undefined || !isOnlyLost) return error;
    const reason = databaseErrorFrom(ending, error.statement);
    return reason.kind === 'connection' ? error : reason;
  }

  private failed(error: unknown): unknown {
    if (error instanceof DatabaseError) {
      this.metrics?.counter('db_errors_total').inc({ pool: this.label, kind: error.kind });
    }
    return error;
  }

  private publishStatistics(): void {
    const { total, idle, waiting } = this.statistics();
    const connections = this.metrics?.gauge('db_pool_connections');
    connections?.set({ pool: this.label, state: 'idle' }, idle);
    connections?.set({ pool: this.label, state: 'used' }, total - idle);
    this.metrics?.gauge('db_pool_waiting').set({ pool: this.label }, waiting);
  }
}

function beginRead(tenantId: string): string {
  return `begin isolation level repeatable read read only; set local ${tenantSetting} = '${tenantArrayLiteral([tenantId])}'`;
}

/** Runs the synchronous beginning of `work`; a throw there is a rejection like any other. */
async function started<Result, Argument>(
  work: (argument: Argument) => Promise<Result>,
  argument: Argument,
): Promise<Result> {
  return work(argument);
}

/**
 * Everything sent by `send` leaves in one packet. The driver writes message by message; measured, three small writes cost
 * a read about a quarter of its throughput.
 */
function inOneWrite<Result>(client: PoolClient, send: () => Result): Result {
  const { stream } = (client as unknown as { connection: { stream: { cork(): void; uncork(): void } } })
    .connection;
  stream.cork();
  try {
    return send();
  } finally {
    stream.uncork();
  }
}

const int8 = 20;

/** `int8` as a number: sequences and counters, which stay far below 2^53. */
function parseInt8(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError('int8 beyond 2^53');
  return value;
}

function poolConfig(options: DatabaseOptions): PoolConfig {
  const statementTimeoutMs = options.statementTimeoutMs ?? 3_000;
  const getTypeParser = (oid: number, format?: 'text' | 'binary'): unknown =>
    oid === int8 && format !== 'binary'
      ? parseInt8
      : types.getTypeParser(oid, format === 'binary' ? 'binary' : 'text');
  const config: PoolConfig & { pipeline: boolean } = {
    ...connectionConfig({
      url: options.url,
      role: options.role,
      applicationName: options.applicationName,
      settings: {
        statement_timeout: statementTimeoutMs,
        lock_timeout: options.lockTimeoutMs ?? 3_000,
        idle_in_transaction_session_timeout: options.idleInTransactionTimeoutMs ?? 3_000,
      },
    }),
    pipeline: true,
    max: options.poolMax,
    connectionTimeoutMillis: options.connectTimeoutMs ?? 3_000,
    idleTimeoutMillis: 30_000,
    maxLifetimeSeconds: 1_800,
    query_timeout: options.responseTimeoutMs ?? statementTimeoutMs + 5_000,
    types: { getTypeParser },
  };
  return config;
}
