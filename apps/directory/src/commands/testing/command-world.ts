import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import {
  generateBearerToken,
  tenantSchemasFromJson,
  type BulkCommand,
  type BulkPart,
  type Command,
  type CommandId,
  type CommandMessage,
  type Outcome,
  type ResourceId,
  type TenantId,
  type TenantSchemas,
  type TenantSettings,
  type TokenId,
} from '@muster/contracts';
import { openDatabase, type Database, type Session } from '@muster/persistence';
import { createTestDatabase, type TestDatabase } from '@muster/persistence/testing';
import {
  parsePatch,
  parseResource,
  standardResourceTypes,
  type ResourceType,
  type ResourceTypes,
} from '@muster/scim';
import { createMetrics } from '@muster/telemetry';
import { v7 as uuidV7 } from 'uuid';
import { directorySchema } from '../../schema/directory-schema.js';
import { PostgresBatchStore, type LaneDatabase } from '../adapters/postgres/postgres-batch-store.js';
import { KnownSchemas } from '../../tenants/application/known-schemas.js';
import { Applier, type DecidedCommand } from '../application/applier.js';
import type { BatchStore, BatchTransaction, Lane } from '../application/batch-transaction.js';
import { queuedMessage, type QueuedCommand, type QueuedJob } from '../application/queued-command.js';

export interface WorldTenant {
  readonly tenantId: TenantId;
  readonly tokenId: TokenId;
}

/** A directory's write path on a database of its own, with a clock that tests can move. */
export class CommandWorld {
  /** What the clock of the broker and ours are ahead of the machine's. */
  aheadMs = 0;
  readonly decided: DecidedCommand[] = [];
  readonly warnings: { readonly message: string; readonly error: unknown }[] = [];
  private readonly appliers: Applier[] = [];
  private readonly schemas = new KnownSchemas();

  private constructor(
    private readonly database: TestDatabase,
    readonly sql: Database,
    private readonly lanes: Readonly<Record<Lane, Database>>,
  ) {}

  static async open(): Promise<CommandWorld> {
    const database = await createTestDatabase({ migrations: [directorySchema] });
    const url = database.url;
    const lane = (name: Lane) =>
      openDatabase({ url, role: 'muster_directory', poolMax: 4, applicationName: `world-${name}` });
    const sql = openDatabase({ url, poolMax: 4, applicationName: 'world-sql', statementTimeoutMs: 60_000 });
    return new CommandWorld(database, sql, { main: lane('main'), heavy: lane('heavy') });
  }

  async close(): Promise<void> {
    await Promise.all(this.appliers.map((applier) => applier.stop()));
    await Promise.all([this.sql, this.lanes.main, this.lanes.heavy].map((each) => each.close()));
    await this.database.drop();
  }

  get url(): string {
    return this.database.url;
  }

  async tenant(
    settings: Partial<TenantSettings> = {},
    domains: readonly string[] = ['example.com'],
  ): Promise<WorldTenant> {
    const tenantId = uuidV7() as TenantId;
    const tokenId = uuidV7() as TokenId;
    await this.sql.query(
      'make tenant',
      `insert into directory.tenants (tenant_id, name, settings, created_at, updated_at) values ($1, $2, $3, now(), now())`,
      [tenantId, `tenant ${tenantId}`, JSON.stringify(settings)],
    );
    await this.sql.query(
      'make domains',
      `insert into directory.tenant_domains select $1, unnest($2::text[]), now()`,
      [tenantId, domains],
    );
    await this.sql.query(
      'make token',
      `insert into directory.tokens (token_id, tenant_id, hmac, name, hint, created_at, expires_at)
       values ($1, $2, $3, 'test', 'test', now(), now() + interval '1 day')`,
      [tokenId, tenantId, Buffer.from(generateBearerToken())],
    );
    return { tenantId, tokenId };
  }

  /** Registers schemas, as the admin API does. */
  async register(tenant: WorldTenant, registration: object): Promise<TenantSchemas> {
    const schemas = tenantSchemasFromJson(registration);
    await this.sql.query(
      'make registration',
      `insert into directory.tenant_schemas (tenant_id, digest, registration, registered_at)
       values ($1, $2, $3, now()) on conflict do nothing`,
      [tenant.tenantId, schemas.digest, schemas.text],
    );
    await this.sql.query(
      'use registration',
      'update directory.tenants set schemas_digest = $2 where tenant_id = $1',
      [tenant.tenantId, schemas.digest],
    );
    return schemas;
  }

  /** Users in numbers, without their names and facts: only to be members. Returns their ids. */
  async seedUsers(tenant: WorldTenant, count: number): Promise<string[]> {
    const rows = await this.rows<{ id: string }>(
      `insert into directory.users (tenant_id, id, version, user_name_key, active, document, created_at, last_modified, created_by)
       select $1, gen_random_uuid(), 1, 'seeded' || n, true, '{}', now(), now(), gen_random_uuid()
       from generate_series(1, $2::int) as n returning id`,
      [tenant.tenantId, String(count)],
    );
    await this.rows('analyze directory.users');
    return rows.map((row) => row.id);
  }

  store(lanes: Readonly<Record<Lane, LaneDatabase>> = this.lanes): BatchStore {
    return new PostgresBatchStore(lanes, this.schemas);
  }

  /** A store that adds up how many rows of all tables its transactions have looked at, by index or by scan. */
  countingStore(): { readonly store: BatchStore; readonly rowsRead: () => number } {
    let total = 0;
    const counting = (lane: Database): LaneDatabase => ({
      query: (...statement) => lane.query(...statement),
      transaction: (options, work) =>
        lane.transaction(options, async (tx) => {
          const before = await rowsReadSoFar(tx);
          const result = await work(tx);
          total += (await rowsReadSoFar(tx)) - before;
          return result;
        }),
    });
    const store = this.store({ main: counting(this.lanes.main), heavy: counting(this.lanes.heavy) });
    return { store, rowsRead: () => total };
  }

  /** A store that loses the connections of a lane inside its first transactions, so many times. */
  flakyStore(lane: Lane, cutsMax: number): { readonly store: BatchStore; readonly cuts: () => number } {
    const store = this.store();
    let cuts = 0;
    const flaky: BatchStore = {
      readMemberCounts: (groups) => store.readMemberCounts(groups),
      classify: (error) => store.classify(error),
      isContention: (error) => store.isContention(error),
      transaction: (inLane, tenants, work) =>
        store.transaction(inLane, tenants, async (tx) => {
          const result = await work(tx);
          if (cuts < cutsMax) {
            cuts += 1;
            await this.rows(
              `select pg_terminate_backend(pid) from pg_stat_activity
               where application_name = $1 and datname = current_database()`,
              [`world-${lane}`],
            );
          }
          return result;
        }),
    };
    return { store: flaky, cuts: () => cuts };
  }

  /** Another applier on the same database: another directory process, as far as Postgres can tell. */
  applier(store: BatchStore = this.store()): Applier {
    const applier = new Applier({
      store,
      clock: { nowMs: () => Date.now() + this.aheadMs, brokerNowMs: () => Date.now() + this.aheadMs },
      onDecided: (decided) => this.decided.push(...decided),
      metrics: createMetrics('directory'),
      warn: (message, error) => this.warnings.push({ message, error }),
    });
    this.appliers.push(applier);
    return applier;
  }

  /** Runs one batch in one transaction, without an applier around it. */
  transaction<Result>(
    tenants: readonly TenantId[],
    work: (tx: BatchTransaction) => Promise<Result>,
  ): Promise<Result> {
    return this.store().transaction('main', tenants, work);
  }

  clock() {
    return { nowMs: () => Date.now() + this.aheadMs, brokerNowMs: () => Date.now() + this.aheadMs };
  }

  async rows<Row>(text: string, values: readonly (string | readonly string[])[] = []): Promise<Row[]> {
    const { rows } = await this.sql.query<Row>('spec', text, values, { prepare: false });
    return rows;
  }
}

/** Rows that this connection has looked at and not yet told the statistics of, which it does between transactions only. */
async function rowsReadSoFar(session: Session): Promise<number> {
  const { rows } = await session.query<{ read: number }>(
    'count rows read',
    `select coalesce(sum(seq_tup_read + coalesce(idx_tup_fetch, 0)), 0)::int as read from pg_stat_xact_user_tables`,
  );
  return rows[0]?.read ?? 0;
}

type Body = Readonly<Record<string, unknown>>;

/** Commands as the gateway makes them of request bodies. */
export class CommandMaker {
  private readonly types: ResourceTypes;

  constructor(
    private readonly tenant: WorldTenant,
    private readonly schemas: TenantSchemas | null = null,
  ) {
    this.types = schemas?.types ?? standardResourceTypes;
  }

  createUser(userName: string, more: Body = {}): Command {
    const body = { schemas: [], userName, ...more };
    return {
      ...this.envelope(),
      type: 'user.create.requested',
      document: parseResource(this.types.user, body, 'create').document,
      documentHash: hashOf(body),
    };
  }

  patchUser(id: string, ...operations: readonly Body[]): Command {
    return {
      ...this.envelope(id),
      type: 'user.patch.requested',
      patch: parsePatch(this.types.user, { Operations: operations }),
    };
  }

  replaceUser(id: string, body: Body): Command {
    return {
      ...this.envelope(id),
      type: 'user.replace.requested',
      document: parseResource(this.types.user, body, 'replace').document,
    };
  }

  deleteUser(id: string): Command {
    return { ...this.envelope(id), type: 'user.delete.requested' };
  }

  createGroup(displayName: string, memberIds: readonly string[] = []): Command {
    const body = { displayName, members: memberIds.map((value) => ({ value })) };
    return {
      ...this.envelope(),
      type: 'group.create.requested',
      document: parseResource(this.types.group, body, 'create').document,
      documentHash: hashOf(body),
    };
  }

  patchGroup(id: string, ...operations: readonly Body[]): Command {
    return {
      ...this.envelope(id),
      type: 'group.patch.requested',
      patch: parsePatch(this.types.group, { Operations: operations }),
    };
  }

  replaceGroup(id: string, displayName: string, memberIds: readonly string[]): Command {
    const body = { displayName, members: memberIds.map((value) => ({ value })) };
    return {
      ...this.envelope(id),
      type: 'group.replace.requested',
      document: parseResource(this.types.group, body, 'replace').document,
    };
  }

  deleteGroup(id: string): Command {
    return { ...this.envelope(id), type: 'group.delete.requested' };
  }

  createResource(resourceType: string, body: Body): Command {
    return {
      ...this.envelope(),
      resourceType,
      type: 'resource.create.requested',
      document: parseResource(this.own(resourceType), body, 'create').document,
      documentHash: hashOf(body),
    };
  }

  patchResource(resourceType: string, id: string, ...operations: readonly Body[]): Command {
    return {
      ...this.envelope(id),
      resourceType,
      type: 'resource.patch.requested',
      patch: parsePatch(this.own(resourceType), { Operations: operations }),
    };
  }

  replaceResource(resourceType: string, id: string, body: Body): Command {
    return {
      ...this.envelope(id),
      resourceType,
      type: 'resource.replace.requested',
      document: parseResource(this.own(resourceType), body, 'replace').document,
    };
  }

  deleteResource(resourceType: string, id: string): Command {
    return { ...this.envelope(id), resourceType, type: 'resource.delete.requested' };
  }

  /** A job of these commands; `needs` says by their places which of them the others refer to. */
  bulk(
    commands: readonly Command[],
    more: { failOnErrors?: number; needs?: Readonly<Record<number, readonly number[]>> } = {},
  ): BulkCommand {
    const { needs = {}, ...rest } = more;
    const parts: BulkPart[] = commands.map((command, index) => ({
      command,
      needs: (needs[index] ?? []).map((place) => commands[place]?.commandId as CommandId),
      refusedBefore: 0,
    }));
    return { ...this.envelope(), type: 'bulk.requested', ...rest, parts };
  }

  private own(name: string): ResourceType {
    const found = this.types.own.find((type) => type.name === name);
    if (found === undefined) throw new Error(`the tenant has no ${name}`);
    return found;
  }

  private envelope(resourceId: string = uuidV7()) {
    const commandId = uuidV7() as CommandId;
    return {
      commandId,
      tenantId: this.tenant.tenantId,
      tokenId: this.tenant.tokenId,
      requestId: `request-${commandId}`,
      resourceId: resourceId as ResourceId,
      replyTo: { partition: 0, instanceId: 'spec' },
      deadlineMs: Date.now() + 8_000,
      ...(this.schemas === null ? {} : { schemas: this.schemas.digest }),
    };
  }
}

function hashOf(body: unknown): string {
  return createHash('sha256').update(JSON.stringify(body)).digest('hex');
}

/** A command as if it had just been read from the log. `outcome` resolves when it is decided. */
export function queued(command: Command, queuedAtMs?: number): QueuedCommand & WithOutcome;
export function queued(command: BulkCommand, queuedAtMs?: number): QueuedJob & WithOutcome;
export function queued(command: CommandMessage, queuedAtMs = Date.now()) {
  const { promise, resolve, reject } = Promise.withResolvers<Outcome>();
  return {
    ...queuedMessage(command, { queuedAtMs, traceparent: null, bytes: 0, settle: resolve, abandon: reject }),
    outcome: promise,
  };
}

interface WithOutcome {
  readonly outcome: Promise<Outcome>;
}

/** Waits until the condition holds; fails with what it last saw. */
export async function eventually<Seen>(
  look: () => Promise<Seen>,
  holds: (seen: Seen) => boolean,
): Promise<Seen> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const seen = await look();
    if (holds(seen)) return seen;
    if (Date.now() > deadline) throw new Error(`not reached: ${JSON.stringify(seen)}`);
    await delay(20);
  }
}
