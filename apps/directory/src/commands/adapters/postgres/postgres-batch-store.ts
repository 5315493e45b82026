import { defaultTenantSettings, type TenantId } from '@muster/contracts';
import { DatabaseError, type Database } from '@muster/persistence';
import { BatchConflictError } from '../../application/locked-rows.js';
import type { BatchStore, BatchTransaction, Lane, ResourceRef } from '../../application/batch-transaction.js';
import type { KnownSchemas } from '../../../tenants/application/known-schemas.js';
import type { ResourceKey } from '../../application/queued-command.js';
import { readMemberCounts } from './lock-rows.js';
import { PostgresBatchTransaction } from './postgres-batch-transaction.js';

/** The batch store on Postgres: one database per lane, so that the heavy lane never takes the main lane's connection. */
export class PostgresBatchStore implements BatchStore {
  constructor(
    private readonly databases: Readonly<Record<Lane, Database>>,
    private readonly schemas: KnownSchemas,
  ) {}

  transaction<Result>(
    lane: Lane,
    tenants: readonly TenantId[],
    work: (tx: BatchTransaction) => Promise<Result>,
  ): Promise<Result> {
    return this.databases[lane].transaction({ tenants }, (tx) =>
      work(new PostgresBatchTransaction(tx, defaultTenantSettings, this.schemas)),
    );
  }

  readMemberCounts(groups: readonly ResourceRef[]): Promise<ReadonlyMap<ResourceKey, number>> {
    const tenants = [...new Set(groups.map((group) => group.tenantId))];
    return this.databases.main.transaction({ tenants }, (tx) => readMemberCounts(tx, groups));
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
    return error instanceof BatchConflictError || (error instanceof DatabaseError && error.retryable);
  }
}
