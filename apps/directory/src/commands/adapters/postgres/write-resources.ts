import type { Transaction } from '@muster/persistence';
import type { BatchEffects, OwnResourceWrite } from '../../application/batch-transaction.js';
import { columns, textOf } from './columns.js';
import { deleteRows } from './delete-rows.js';

/** Resources of the tenants' own types. */
export function writeResources(
  tx: Transaction,
  { resourcesInserted, resourcesUpdated, resourcesDeleted }: BatchEffects,
): void {
  deleteRows(tx, 'resources', resourcesDeleted);
  if (resourcesInserted.length > 0) {
    tx.write(
      'insert resources',
      `insert into directory.resources
         (tenant_id, id, version, external_id, document, type, created_at, last_modified, created_by)
       select t.tenant_id, t.id, t.version, t.external_id, t.document, t.type,
              to_timestamp(t.created_ms / 1000), to_timestamp(t.modified_ms / 1000), t.created_by
       from unnest($1::uuid[], $2::uuid[], $3::int[], $4::text[], $5::jsonb[], $6::text[], $7::float8[], $8::float8[], $9::uuid[])
         with ordinality as t(tenant_id, id, version, external_id, document, type, created_ms, modified_ms, created_by, at)
       order by t.at`,
      columns(resourcesInserted, [
        ...resourceColumns,
        ({ state }) => state.type,
        ({ state }) => state.createdAtMs,
        ({ state }) => state.lastModifiedMs,
        ({ state }) => state.createdBy,
      ]),
    );
  }
  if (resourcesUpdated.length === 0) return;
  tx.write(
    'update resources',
    `update directory.resources r
     set version = t.version, external_id = t.external_id, document = t.document,
         last_modified = to_timestamp(t.modified_ms / 1000)
     from unnest($1::uuid[], $2::uuid[], $3::int[], $4::text[], $5::jsonb[], $6::float8[])
       as t(tenant_id, id, version, external_id, document, modified_ms)
     where r.tenant_id = t.tenant_id and r.id = t.id`,
    columns(resourcesUpdated, [...resourceColumns, ({ state }) => state.lastModifiedMs]),
  );
}

const resourceColumns = [
  ({ tenantId }: OwnResourceWrite) => tenantId,
  ({ state }: OwnResourceWrite) => state.id,
  ({ state }: OwnResourceWrite) => state.version,
  ({ state }: OwnResourceWrite) => textOf(state.document.externalId),
  ({ state }: OwnResourceWrite) => JSON.stringify(state.document),
] as const;
