import { defaultTenantSettings, type TenantId } from '@muster/contracts';
import { DatabaseError, type Database } from '@muster/persistence';
import { BatchConflictError } from '../../application/locked-rows.js';
import type { BatchStore, BatchTransaction, Lane, ResourceRef } from '../../application/batch-transaction.js';
import type { KnownSchemas } from '../../../tenants/application/known-schemas.js';
import type { ResourceKey } from '../../application/queued-command.js';
import { readMemberCounts } from './lock-rows.js';
import { PostgresBatchTransaction } from './postgres-batch-transaction.js';

/** What a lane needs of its pool. */
export type LaneDatabase = Pick<Database, 'query' | 'transaction'>;

/** Members that come and go in one transaction before the statistics of all members are made anew. */
const MEMBERS_UNANALYZED_MAX = 5_000;

/** The batch store on Postgres: one database per lane, so that the heavy lane never takes the main lane's connection. */
export class PostgresBatchStore implements BatchStore {
  /** Statistics are made beside the outcomes, and before the lane does anything else that large. */
  private analyzing: Promise<void> = Promise.resolve();

  constructor(
    private readonly databases: Readonly<Record<Lane, LaneDatabase>>,
    private readonly schemas: KnownSchemas,
  ) {}

  async transaction<Result>(
    lane: Lane,
    tenants: readonly TenantId[],
    work: (tx: BatchTransaction) => Promise<Result>,
  ): Promise<Result> {
    if (lane === 'heavy') await this.analyzing;
    let membersWritten = 0;
    const result = await this.databases[lane].transaction({ tenants }, async (tx) => {
      const batch = new PostgresBatchTransaction(tx, defaultTenantSettings, this.schemas);
      const done = await work(batch);
      membersWritten = batch.membersWritten;
      return done;
    });
    if (membersWritten > MEMBERS_UNANALYZED_MAX) this.analyzing = this.analyzeMembers(lane);
    return result;
  }

  readMemberCounts(groups: readonly ResourceRef[]): Promise<ReadonlyMap<ResourceKey, number>> {
    const tenants = [...new Set(groups.map((group) => group.tenantId))];
    return this.databases.main.transaction({ tenants }, (tx) => readMemberCounts(tx, groups));
  }

  /** Without it the next batches are slow, and no less right: whatever is in the way, autovacuum will come by. */
  private async analyzeMembers(lane: Lane): Promise<void> {
    await this.databases[lane]
      .query('analyze members', 'select directory.analyze_members()')
      .catch(() => undefined);
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
