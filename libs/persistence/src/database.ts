import type { Metrics } from '@muster/telemetry';

/** What Postgres takes as a parameter. Objects go in as JSON text of the caller's own making. */
export type SqlValue =
  | string
  | number
  | bigint
  | boolean
  | Date
  | Buffer
  | null
  | readonly (string | number | boolean | Date | null)[];

/** A row as the driver hands it out: `int8` as a number, `timestamptz` as a Date, `json` parsed. */
export type SqlRow = Readonly<Record<string, unknown>>;

export interface SqlResult<Row> {
  readonly rows: Row[];
  /** Rows returned or changed. */
  readonly rowCount: number;
}

export interface StatementOptions {
  /**
   * Default true: the statement is parsed once per connection and found again by its name. Say false for text that is
   * put together at run time, whose number of shapes is not bounded.
   */
  readonly prepare?: boolean;
}

/** Something statements can be sent to. Statements that are not awaited one by one share a round trip. */
export interface Session {
  /**
   * @param name Names the statement in traces, metrics and errors, and its prepared form; at most 63 characters. One
   *   name always goes with one text.
   * @throws DatabaseError
   */
  query<Row = SqlRow>(
    name: string,
    text: string,
    values?: readonly SqlValue[],
    options?: StatementOptions,
  ): Promise<SqlResult<Row>>;
}

export interface Transaction extends Session {
  /**
   * Sends a statement whose result nobody needs, without waiting for it: the last writes of a transaction go out together
   * with its commit. If it fails, the transaction (or the savepoint) fails with its error.
   */
  write(name: string, text: string, values?: readonly SqlValue[], options?: StatementOptions): void;
  /** Runs `work` so that its failure undoes only what it did; the error is thrown on. Savepoints may be nested. */
  savepoint<Result>(name: string, work: () => Promise<Result>): Promise<Result>;
}

export interface TransactionOptions {
  /** The tenants whose rows exist for this transaction. An empty list: no row of any tenant. */
  readonly tenants: readonly string[];
}

export interface PoolStatistics {
  readonly total: number;
  readonly idle: number;
  readonly waiting: number;
}

/**
 * Postgres as the services use it: a bounded pool whose connections have taken on a role, so that row-level security
 * binds even a login that could bypass it.
 */
export interface Database extends Session {
  /**
   * One statement for one tenant, in one round trip. Not retried.
   * @throws DatabaseError
   */
  queryTenant<Row = SqlRow>(
    tenantId: string,
    name: string,
    text: string,
    values?: readonly SqlValue[],
    options?: StatementOptions,
  ): Promise<SqlResult<Row>>;
  /**
   * Several statements for one tenant on one snapshot, read-only. The first one shares its round trip with the begin and
   * nobody waits for the commit. When the connection is lost, `work` is run once more on another one.
   * @throws DatabaseError
   */
  read<Result>(tenantId: string, work: (session: Session) => Promise<Result>): Promise<Result>;
  /**
   * Commits when `work` resolves and rolls back when it rejects. Never retried here: whoever calls knows what may be done
   * twice. A resolved promise means that the server has confirmed the commit.
   * @throws DatabaseError, or what `work` threw
   */
  transaction<Result>(
    options: TransactionOptions,
    work: (transaction: Transaction) => Promise<Result>,
  ): Promise<Result>;
  /** Resolves when the server answers, or has answered anybody within the last second; for readiness checks. */
  check(): Promise<void>;
  /** Tries to connect until the server answers; rejects with the last error after `timeoutMs`. */
  untilReachable(timeoutMs: number): Promise<void>;
  statistics(): PoolStatistics;
  /** Waits for what runs, then closes every connection. May be called again. */
  close(): Promise<void>;
}

export interface DatabaseOptions {
  readonly url: string;
  /** Role to take on at connect. */
  readonly role?: string | undefined;
  readonly poolMax: number;
  /** Shown in `pg_stat_activity`, and the `pool` label of metrics. */
  readonly applicationName: string;
  /** Default 3,000. */
  readonly statementTimeoutMs?: number;
  /** Default 3,000. */
  readonly lockTimeoutMs?: number;
  /** Default 3,000. */
  readonly idleInTransactionTimeoutMs?: number;
  /** How long a caller waits for a connection. Default 3,000. */
  readonly connectTimeoutMs?: number;
  /** How long a statement waits for a server that does not answer at all. Default: statement timeout plus 5,000. */
  readonly responseTimeoutMs?: number;
  /** Callers that may wait for a connection; one more is refused at once. Default 1,000. */
  readonly waitingMax?: number;
  /** How long a connection uses the plans that it has made. Default 5,000. */
  readonly plansKeptMs?: number;
  readonly metrics?: Metrics | undefined;
  /** Told when a connection is lost. The pool opens another one when it is next needed. */
  readonly onConnectionLost?: (error: Error) => void;
}
