import type { ResourceId, ResourceKind, TenantId } from '@muster/contracts';
import type { Transaction } from '@muster/persistence';
import { BatchConflictError } from '../../application/locked-rows.js';
import type { NameCandidate, ResourceRef, UndeliveredCreate } from '../../application/batch-transaction.js';
import { columns } from './columns.js';
import { RESOURCE_COLUMNS, stateOf } from './lock-rows.js';

/** In sorted order, so that two batches that want the same names wait for each other and never in a circle. */
const RESERVE = `
  insert into directory.unique_values (tenant_id, kind, value, resource_id)
  select t.tenant_id, t.kind, t.value, t.resource_id
  from unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[]) as t(tenant_id, kind, value, resource_id)
  order by t.tenant_id, t.kind, t.value
  on conflict (tenant_id, kind, value) do nothing
  returning tenant_id, kind, value`;

const READ_HOLDERS = `
  select u.tenant_id, u.kind, u.value, u.resource_id
  from unnest($1::uuid[], $2::text[], $3::text[]) as t(tenant_id, kind, value)
    join directory.unique_values u using (tenant_id, kind, value)`;

/** A holder can vanish between the insert that it stopped and the look for it; then the name is tried again, so often. */
const ROUNDS_MAX = 5;

interface NameRow {
  readonly tenant_id: TenantId;
  readonly kind: string;
  readonly value: string;
}

type Reservation = NameCandidate & { readonly holder: ResourceId | null };

export async function reserveNames(
  tx: Transaction,
  candidates: readonly NameCandidate[],
): Promise<readonly Reservation[]> {
  const settled: Reservation[] = [];
  let open = candidates;
  for (let round = 0; round < ROUNDS_MAX && open.length > 0; round += 1) {
    const { rows: taken } = await tx.query<NameRow>(
      'reserve names',
      RESERVE,
      columns(open, [
        (each) => each.tenantId,
        (each) => each.name.kind,
        (each) => each.name.value,
        (each) => each.resourceId,
      ]),
    );
    const ours = new Set(taken.map(keyOf));
    const held = open.filter((each) => !ours.has(keyOfCandidate(each)));
    for (const each of open) if (ours.has(keyOfCandidate(each))) settled.push({ ...each, holder: null });
    if (held.length === 0) return settled;
    const { rows } = await tx.query<NameRow & { resource_id: ResourceId }>(
      'read holders of names',
      READ_HOLDERS,
      columns(held, [(each) => each.tenantId, (each) => each.name.kind, (each) => each.name.value]),
    );
    const holders = new Map(rows.map((row) => [keyOf(row), row.resource_id]));
    open = held.filter((each) => {
      const holder = holders.get(keyOfCandidate(each));
      if (holder !== undefined) settled.push({ ...each, holder });
      return holder === undefined;
    });
  }
  if (open.length > 0) throw new BatchConflictError('names kept changing hands');
  return settled;
}

function keyOf(row: NameRow): string {
  return `${row.tenant_id} ${row.kind} ${row.value}`;
}

function keyOfCandidate({ tenantId, name }: NameCandidate): string {
  return `${tenantId} ${name.kind} ${name.value}`;
}

const tables = { user: 'users', group: 'groups', resource: 'resources' } as const;

function undeliveredText(table: (typeof tables)[ResourceKind]): string {
  return `
    select ${RESOURCE_COLUMNS}, r.document::text as document, o.document_hash
    from unnest($1::uuid[], $2::uuid[]) as t(tenant_id, id)
      join directory.${table} r on r.tenant_id = t.tenant_id and r.id = t.id
      join directory.operations o on o.id = r.created_by
    where o.undelivered and r.version = 1`;
}

/** Which of these resources were created by a command whose answer never reached its client. */
export async function findUndeliveredCreates(
  tx: Transaction,
  holders: readonly (ResourceRef & { readonly kind: ResourceKind })[],
): Promise<readonly UndeliveredCreate[]> {
  const found: UndeliveredCreate[] = [];
  for (const kind of ['user', 'group', 'resource'] as const) {
    const refs = holders.filter((holder) => holder.kind === kind);
    if (refs.length === 0) continue;
    const table = tables[kind];
    const { rows } = await tx.query<Parameters<typeof stateOf>[0] & { document_hash: string }>(
      `read undelivered ${table}`,
      undeliveredText(table),
      columns(refs, [(ref) => ref.tenantId, (ref) => ref.id]),
    );
    for (const row of rows)
      found.push({ tenantId: row.tenant_id, state: stateOf(row), documentHash: row.document_hash });
  }
  return found;
}
