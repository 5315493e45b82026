import type { ResourceId, TenantId } from '@muster/contracts';
import type { Transaction } from '@muster/persistence';
import { documentFromJson } from '@muster/scim';
import type { BatchEffects, FormerUserRef, FormerUserWrite } from '../../application/batch-transaction.js';
import { columns } from './columns.js';

interface FormerUserRow {
  readonly tenant_id: TenantId;
  readonly user_name_key: string;
  readonly id: ResourceId;
  readonly version: number;
  readonly document: string;
  readonly created_ms: number;
}

/** To be asked once the names are reserved: a statement of its own sees what the last holder of a name left. */
export async function findFormerUsers(
  tx: Transaction,
  refs: readonly FormerUserRef[],
): Promise<readonly FormerUserWrite[]> {
  const { rows } = await tx.query<FormerUserRow>(
    'find former users',
    `select f.tenant_id, f.user_name_key, f.id, f.version, f.document::text as document,
            (extract(epoch from f.created_at) * 1000)::float8 as created_ms
     from unnest($1::uuid[], $2::text[]) as t(tenant_id, user_name_key)
       join directory.former_users f using (tenant_id, user_name_key)`,
    columns(refs, [(ref) => ref.tenantId, (ref) => ref.userNameKey]),
  );
  return rows.map((row) => ({
    tenantId: row.tenant_id,
    userNameKey: row.user_name_key,
    former: {
      id: row.id,
      version: row.version,
      document: documentFromJson(JSON.parse(row.document)),
      createdAtMs: row.created_ms,
    },
  }));
}

export function writeFormerUsers(
  tx: Transaction,
  { formerUsersKept, formerUsersBack, nowMs }: BatchEffects,
): void {
  if (formerUsersBack.length > 0) {
    tx.write(
      'take back former users',
      `delete from directory.former_users f using unnest($1::uuid[], $2::text[]) as t(tenant_id, user_name_key)
       where f.tenant_id = t.tenant_id and f.user_name_key = t.user_name_key`,
      columns(formerUsersBack, [(ref) => ref.tenantId, (ref) => ref.userNameKey]),
    );
  }
  if (formerUsersKept.length === 0) return;
  tx.write(
    'keep former users',
    `insert into directory.former_users (tenant_id, user_name_key, id, version, document, created_at, deleted_at)
     select t.tenant_id, t.user_name_key, t.id, t.version, t.document, to_timestamp(t.created_ms / 1000), to_timestamp($7::float8 / 1000)
     from unnest($1::uuid[], $2::text[], $3::uuid[], $4::int[], $5::jsonb[], $6::float8[])
       as t(tenant_id, user_name_key, id, version, document, created_ms)
     order by t.tenant_id, t.user_name_key
     on conflict (tenant_id, user_name_key) do update
       set id = excluded.id, version = excluded.version, document = excluded.document,
           created_at = excluded.created_at, deleted_at = excluded.deleted_at`,
    [
      ...columns(formerUsersKept, [
        (each) => each.tenantId,
        (each) => each.userNameKey,
        (each) => each.former.id,
        (each) => each.former.version,
        (each) => JSON.stringify(each.former.document),
        (each) => each.former.createdAtMs,
      ]),
      nowMs,
    ],
  );
}
