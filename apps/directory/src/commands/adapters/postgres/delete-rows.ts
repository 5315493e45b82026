import type { Transaction } from '@muster/persistence';
import type { ResourceRef } from '../../application/batch-transaction.js';
import { columns, refColumns } from './columns.js';

/** Deletes resources by their keys; what hangs on them is for whoever knows it. */
export function deleteRows(
  tx: Transaction,
  table: 'users' | 'groups' | 'resources',
  refs: readonly ResourceRef[],
): void {
  if (refs.length === 0) return;
  tx.write(
    `delete ${table}`,
    `delete from directory.${table} r using unnest($1::uuid[], $2::uuid[]) as t(tenant_id, id)
     where r.tenant_id = t.tenant_id and r.id = t.id`,
    columns(refs, refColumns),
  );
}
