import { createHash } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { Client } from 'pg';
import { connectionConfig } from './connection-config.js';
import { databaseErrorFrom } from './database-error.js';

export interface AdvisoryLockOptions {
  readonly url: string;
  readonly role?: string | undefined;
  readonly applicationName: string;
  /** What the lock stands for, e.g. `relay:0`. Its hash is the lock's key. */
  readonly name: string;
  /** After this a server that does not answer counts as lost. Default 2,000. */
  readonly responseTimeoutMs?: number;
  /** After this the server takes the lock from a holder of which it hears nothing: from a process that hangs. Default 12,000. */
  readonly holderSilenceMsMax?: number;
}

const HOLDER_SILENCE_MS_MAX = 12_000;
/** How often a holder is heard within that time. */
const BEATS = 4;

interface AdvisoryLockEvents {
  /** The connection, and so the lock, has gone while it was held. Emitted once per acquisition. */
  readonly lost: [Error];
}

/**
 * A lock held by a session of its own: as long as the session lives, no other one has it. It is a way to have one worker,
 * not a fence: after the connection broke, the server may give the lock to another one before we notice. What must not be
 * written twice needs a fence where it is written.
 */
export class AdvisoryLock extends EventEmitter<AdvisoryLockEvents> {
  private client: Client | undefined;
  private isHeld = false;
  private beating: NodeJS.Timeout | undefined;
  /** The end of what is under way: two calls that connected side by side would leave a session behind that holds the lock. */
  private underWay: Promise<unknown> = Promise.resolve();
  private readonly key: string;

  constructor(private readonly options: AdvisoryLockOptions) {
    super();
    this.key = advisoryKey(options.name);
  }

  /** Whether the lock was held when last heard of; {@link AdvisoryLock.verify} asks the server. */
  get held(): boolean {
    return this.isHeld;
  }

  /**
   * Takes the lock when nobody has it, connecting first where needed; never waits for its holder.
   * @throws DatabaseError when the server cannot be asked
   */
  tryAcquire(): Promise<boolean> {
    return this.inTurn(() => this.ask());
  }

  /** Asks the server whether this session holds the lock. False also when it does not answer, and then the lock is lost. */
  verify(): Promise<boolean> {
    return this.inTurn(() => this.askAgain());
  }

  /** Gives the lock back and closes the connection. No `lost` follows. May be called again. */
  release(): Promise<void> {
    return this.inTurn(async () => {
      const { client } = this;
      this.client = undefined;
      this.letGo();
      await client?.end().catch(() => undefined);
    });
  }

  private inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.underWay.then(work);
    this.underWay = result.catch(() => undefined);
    return result;
  }

  private async ask(): Promise<boolean> {
    if (this.isHeld) return true;
    try {
      const client = (this.client ??= await this.connect());
      const { rows } = await client.query<{ locked: boolean }>(
        'select pg_try_advisory_lock($1::bigint) as locked',
        [this.key],
      );
      this.isHeld = rows[0]?.locked === true && this.client === client;
      if (this.isHeld) this.beat();
      return this.isHeld;
    } catch (error) {
      this.drop();
      throw databaseErrorFrom(error, 'advisory lock');
    }
  }

  private async askAgain(): Promise<boolean> {
    const { client } = this;
    if (client === undefined || !this.isHeld) return false;
    try {
      // A bigint key is split over two columns (PostgreSQL documentation, pg_locks).
      const { rows } = await client.query<{ held: boolean }>(
        `select exists (
           select from pg_locks
           where locktype = 'advisory' and pid = pg_backend_pid() and granted and objsubid = 1
             and (classid::bigint << 32 | objid::bigint) = $1::bigint
             and database = (select oid from pg_database where datname = current_database())
         ) as held`,
        [this.key],
      );
      if (rows[0]?.held !== true) this.lose(new Error('the session no longer holds the lock'));
    } catch (error) {
      this.lose(databaseErrorFrom(error, 'advisory lock'));
    }
    return this.isHeld;
  }

  /**
   * Lets the server hear of the holder. A process that is stopped, or whose event loop is blocked, keeps its connection
   * alive all the same: without this it would keep the lock, and what it stands for would wait, until somebody kills it.
   */
  private beat(): void {
    this.beating = setInterval(() => void this.verify(), this.holderSilenceMsMax / BEATS);
    this.beating.unref();
  }

  private letGo(): void {
    this.isHeld = false;
    clearInterval(this.beating);
  }

  private get holderSilenceMsMax(): number {
    return this.options.holderSilenceMsMax ?? HOLDER_SILENCE_MS_MAX;
  }

  private async connect(): Promise<Client> {
    const responseTimeoutMs = this.options.responseTimeoutMs ?? 2_000;
    const client = new Client({
      ...connectionConfig({
        url: this.options.url,
        role: this.options.role,
        applicationName: this.options.applicationName,
        // A holder whose machine has died must not keep the lock for the two hours of the system's defaults.
        settings: {
          tcp_keepalives_idle: 5,
          tcp_keepalives_interval: 2,
          tcp_keepalives_count: 3,
          tcp_user_timeout: 10_000,
          idle_session_timeout: this.holderSilenceMsMax,
        },
      }),
      connectionTimeoutMillis: responseTimeoutMs,
      query_timeout: responseTimeoutMs,
    });
    client.on('error', (error) => this.connectionLost(client, error));
    client.on('end', () => this.connectionLost(client, new Error('the connection has ended')));
    try {
      await client.connect();
    } catch (error) {
      void client.end().catch(() => undefined);
      throw error;
    }
    return client;
  }

  private connectionLost(client: Client, error: Error): void {
    if (this.client === client) this.lose(databaseErrorFrom(error, 'advisory lock'));
  }

  private lose(error: Error): void {
    const wasHeld = this.isHeld;
    this.drop();
    if (wasHeld) this.emit('lost', error);
  }

  private drop(): void {
    const { client } = this;
    this.client = undefined;
    this.letGo();
    void client?.end().catch(() => undefined);
  }
}

/** 63 bits of the name's hash as decimal text. */
export function advisoryKey(name: string): string {
  return (createHash('sha256').update(name).digest().readBigUInt64BE() >> 1n).toString();
}
