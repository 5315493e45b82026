import { defaultTenantSettings, type TenantId } from '@muster/contracts';
import { DatabaseError, type Database } from '@muster/persistence';
import { BatchConflictError } from '../../application/locked-rows.js';
import type { BatchStore, BatchTransaction, Lane, ResourceRef } from '../../application/batch-transaction.js';
import { resourceKey, type ResourceKey } from '../../application/queued-command.js';
import { PostgresBatchTransaction } from './postgres-batch-transaction.js';

/** The batch store on Postgres: one database per lane, so that the heavy lane never takes the main lane's connection. */
export class PostgresBatchStore implements BatchStore {
  constructor(private readonly databases: Readonly<Record<Lane, Database>>) {}

  transaction<Result>(
    lane: Lane,
    tenants: readonly TenantId[],
    work: (tx: BatchTransaction) => Promise<Result>,
  ): Promise<Result> {
    return this.databases[lane].transaction({ tenants }, (tx) =>
      work(new PostgresBatchTransaction(tx, defaultTenantSettings)),
    );
  }

  async readMemberCounts(groups: readonly ResourceRef[]): Promise<ReadonlyMap<ResourceKey, number>> {
    const tenants = [...new Set(groups.map((group) => group.tenantId))];
    return this.databases.main.transaction({ tenants }, async (tx) => {
      const { rows } = await tx.query<{ tenant_id: TenantId; id: ResourceRef['id']; member_count: number }>(
        'read member counts',
        `select g.tenant_id, g.id, g.member_count
         from unnest($1::uuid[], $2::uuid[]) as t(tenant_id, id) join directory.groups g using (tenant_id, id)`,
        [groups.map((group) => group.tenantId), groups.map((group) => group.id)],
      );
      return new Map(rows.map((row) => [resourceKey(row.tenant_id, row.id), row.member_count]));
    });
  }

  classify(error: unknown): 'wait' | 'retry' | 'isolate' {
    if (error instanceof BatchConflictError) return 'retry';
    if (!(error instanceof DatabaseError)) return 'isolate';
    switch (error.kind) {
      case 'connection':
      case 'resource':
        return 'wait';
      case 'deadlock':
      case 'serialization':
        return 'retry';
      case 'lock-timeout':
      case 'statement-timeout':
      case 'constraint':
      case 'bug':
        return 'isolate';
    }
  }

  isContention(error: unknown): boolean {
    return error instanceof DatabaseError && error.retryable;
  }
}
