import {
  isCauseKey,
  uuidV7TimeMs,
  type CommandId,
  type CommandMessageType,
  type Outcome,
  type ResourceId,
  type TenantId,
  type TokenId,
} from '@muster/contracts';
import type { Database, Transaction } from '@muster/persistence';
import { WARNING_KINDS, type Warning } from '@muster/scim';
import {
  ACTIVITY_LOOK_MAX,
  type ActivityEntry,
  type ActivityLog,
  type ActivityPage,
  type ActivityQuery,
} from '../../application/activity-log.js';

interface ActivityRow {
  readonly id: CommandId;
  readonly type: CommandMessageType;
  readonly resource_type: string | null;
  readonly resource_id: ResourceId | null;
  readonly token_id: TokenId | null;
  readonly request_id: string;
  readonly state: Outcome['status'];
  readonly cause: string | null;
  readonly detail: string | null;
  readonly version: number | null;
  readonly changed: boolean | null;
  readonly undelivered: boolean;
  readonly warnings: unknown;
  readonly decided_at: Date;
}

/** Before and after every id there is. */
const FIRST_ID = '00000000-0000-0000-0000-000000000000';
const LAST_ID = 'ffffffff-ffff-ffff-ffff-ffffffffffff';
/** What the clocks of two gateways may differ by, and much more. */
const CLOCKS_DIFFER_MS_MAX = 3_600_000;

/** Which rows an index finds: all of a tenant, or those that call for attention. The others are looked for among them. */
interface Look {
  readonly condition: string;
  /** Every row that is looked at is one that was asked for. */
  readonly isExact: boolean;
}

/**
 * A keyset of the whole index (tenant, id), so that no plan goes by the primary key through everybody's rows to find the few
 * of a quiet tenant. What is said of `id` by itself is what partitions are left out by.
 */
const newestBetween = (columns: string, condition: string): string =>
  `select ${columns} from directory.operations
   where (tenant_id, id) >= ($1, $2::uuid) and (tenant_id, id) < ($1, $3::uuid) and id >= $2 and id < $3 ${condition}
   order by tenant_id desc, id desc`;

/**
 * Holds for the transaction. Behind row-level security the planner takes any tenant for a small one, and would read all of a
 * large one to sort it; in the order of the index the first rows are the answer.
 */
export const READ_IN_ORDER = `select set_config('enable_sort', 'off', true), set_config('enable_bitmapscan', 'off', true)`;

export const pageStatement = (condition: string): string =>
  `select * from (
     ${newestBetween(
       `tenant_id, id, type, resource_type, resource_id, token_id, request_id, state, cause, detail, version, changed,
       undelivered, warnings, decided_at`,
       condition,
     )} limit $4
   ) o
   where ($5::uuid is null or o.resource_id = $5) and ($6::text is null or o.state = $6)
   order by o.tenant_id desc, o.id desc limit $7`;

/** Reads `operations` by (tenant, id), and in every statement at most so many rows. */
export class PostgresActivityLog implements ActivityLog {
  /** @param lookMax Rows that one call looks at. */
  constructor(
    private readonly database: Database,
    private readonly lookMax = ACTIVITY_LOOK_MAX,
  ) {}

  page(query: ActivityQuery): Promise<ActivityPage> {
    return this.database.transaction({ tenants: [query.tenantId] }, (tx) => {
      tx.write('activity.read-in-order', READ_IN_ORDER);
      return this.read(tx, query);
    });
  }

  private async read(tx: Transaction, query: ActivityQuery): Promise<ActivityPage> {
    const { limit, resourceId = null, outcome = null } = query;
    const look = lookOf(query);
    const state = outcome === 'failed' ? null : outcome;
    const lookMax = look.isExact ? limit + 1 : this.lookMax;
    const { rows } = await tx.query<ActivityRow>(
      'activity.page',
      pageStatement(look.condition),
      [...rangeOf(query), lookMax, resourceId, state, limit + 1],
      { prepare: false },
    );
    const entries = rows.slice(0, limit).map(entryOf);
    if (rows.length > limit) return { entries, next: entries.at(-1)?.commandId ?? null };
    if (look.isExact) return { entries, next: null };
    return { entries, next: await this.endOfLook(tx, query, look) };
  }

  /** Where the look ended; null when it came to the end of the rows. */
  private async endOfLook(
    tx: Transaction,
    query: ActivityQuery,
    { condition }: Look,
  ): Promise<CommandId | null> {
    const { rows } = await tx.query<{ id: CommandId }>(
      'activity.end-of-look',
      `${newestBetween('id', condition)} offset $4::int - 1 limit 1`,
      [...rangeOf(query), this.lookMax],
      { prepare: false },
    );
    return rows[0]?.id ?? null;
  }
}

/** Tenant, first id and the id after the last. Gateways make the id of a resource when it is created: nothing is older. */
function rangeOf({ tenantId, before, resourceId }: ActivityQuery): [TenantId, string, string] {
  const isTimed = resourceId?.charAt(14) === '7';
  const oldest = isTimed ? firstIdAt(uuidV7TimeMs(resourceId) - CLOCKS_DIFFER_MS_MAX) : FIRST_ID;
  return [tenantId, oldest, before ?? LAST_ID];
}

function firstIdAt(timeMs: number): string {
  const hex = Math.max(timeMs, 0).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}${FIRST_ID.slice(13)}`;
}

function lookOf({ resourceId, outcome, withWarnings = false }: ActivityQuery): Look {
  const conditions = [
    ...(outcome === undefined || outcome === 'applied' ? [] : ['and cause is not null']),
    ...(withWarnings ? ['and warnings is not null'] : []),
  ];
  return {
    condition: conditions.join(' '),
    isExact: resourceId === undefined && (outcome === undefined || outcome === 'failed'),
  };
}

function entryOf(row: ActivityRow): ActivityEntry {
  return {
    commandId: row.id,
    type: row.type,
    resourceType: row.resource_type,
    resourceId: row.resource_id,
    tokenId: row.token_id,
    requestId: row.request_id,
    status: row.state,
    // One that this version does not know was written by a newer one.
    cause: row.cause === null ? null : isCauseKey(row.cause) ? row.cause : 'internal_error',
    detail: row.detail,
    version: row.version,
    changed: row.changed,
    undelivered: row.undelivered,
    warnings: warningsIn(row.warnings),
    decidedAt: row.decided_at,
  };
}

/** A kind that this version does not know, written by a newer one, has no words here and is left out. */
function warningsIn(json: unknown): readonly Warning[] {
  if (!Array.isArray(json)) return [];
  return json.flatMap((each: unknown): Warning[] => {
    if (typeof each !== 'object' || each === null || !('kind' in each) || !('path' in each)) return [];
    const kind = WARNING_KINDS.find((known) => known === each.kind);
    return kind === undefined || typeof each.path !== 'string' ? [] : [{ kind, path: each.path }];
  });
}
