import { type CommandId, type Outcome, type TenantId } from '@muster/contracts';
import type { Database, Transaction } from '@muster/persistence';
import type {
  CancellableCommand,
  CommandReference,
  OperationStore,
  PartitionStore,
} from '../../application/operation-store.js';
import { outcomeOf, type DecidedRow } from './decided-row.js';

interface OperationRow extends DecidedRow {
  readonly id: CommandId;
  readonly tenant_id: TenantId;
}

export class PostgresOperationStore implements OperationStore, PartitionStore {
  constructor(private readonly database: Database) {}

  async outcomes(commands: readonly CommandReference[]): Promise<ReadonlyMap<CommandId, Outcome>> {
    if (commands.length === 0) return new Map();
    const { rows } = await this.database.transaction({ tenants: tenantsOf(commands) }, (tx) =>
      tx.query<OperationRow>(
        'operations.outcomes',
        `select o.id, o.tenant_id, o.state, o.cause, o.detail, o.version, o.changed, o.resource_id
         from unnest($1::uuid[], $2::uuid[]) as t (id, tenant_id)
         join directory.operations o on o.id = t.id and o.tenant_id = t.tenant_id`,
        [commands.map((each) => each.commandId), commands.map((each) => each.tenantId)],
      ),
    );
    const outcomes = new Map<CommandId, Outcome>();
    for (const row of rows) {
      const outcome = outcomeOf(row);
      if (outcome !== null) outcomes.set(row.id, outcome);
    }
    return outcomes;
  }

  async cancel(
    commands: readonly CancellableCommand[],
    now: Date,
    lockTimeoutMs: number,
  ): Promise<ReadonlySet<CommandId>> {
    const { rows } = await this.database.transaction({ tenants: tenantsOf(commands) }, (tx) => {
      tx.write('operations.lock-timeout', `select set_config('lock_timeout', $1, true)`, [
        String(lockTimeoutMs),
      ]);
      return insertCancelled(tx, commands, now);
    });
    return new Set(rows.map((row) => row.id));
  }

  async markUndelivered(commands: readonly CommandReference[]): Promise<void> {
    await this.database.transaction({ tenants: tenantsOf(commands) }, (tx) =>
      tx.query(
        'operations.mark-undelivered',
        `update directory.operations o set undelivered = true
         from unnest($1::uuid[], $2::uuid[]) as t (id, tenant_id)
         where o.id = t.id and o.tenant_id = t.tenant_id and o.state = 'applied' and not o.undelivered
           and o.type in ('user.create.requested', 'group.create.requested', 'resource.create.requested')`,
        [commands.map((each) => each.commandId), commands.map((each) => each.tenantId)],
      ),
    );
  }

  async ensure(daysAhead: number): Promise<number> {
    const { rows } = await this.database.query<{ made: number }>(
      'operations.ensure-partitions',
      'select directory.ensure_operation_partitions($1) as made',
      [daysAhead],
    );
    return rows[0]?.made ?? 0;
  }

  async dropOlderThan(days: number): Promise<number> {
    const { rows } = await this.database.query<{ dropped: number }>(
      'operations.drop-partitions',
      'select directory.drop_operation_partitions($1) as dropped',
      [days],
    );
    return rows[0]?.dropped ?? 0;
  }
}

/**
 * In the order of ids, as claims are: two statements that want the same rows wait for each other and never in a circle. An
 * id that is being decided right now is waited for.
 */
function insertCancelled(tx: Transaction, commands: readonly CancellableCommand[], now: Date) {
  return tx.query<{ id: CommandId }>(
    'operations.cancel',
    `insert into directory.operations
       (id, tenant_id, token_id, request_id, type, resource_type, resource_id, state, cause, decided_at)
     select t.id, t.tenant_id, t.token_id, t.request_id, t.type, t.resource_type, t.resource_id, 'cancelled',
       'not_applied_in_time', $8
     from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::uuid[])
       as t (id, tenant_id, token_id, request_id, type, resource_type, resource_id)
     order by t.id
     on conflict (id) do nothing
     returning id`,
    [
      commands.map((each) => each.commandId),
      commands.map((each) => each.tenantId),
      commands.map((each) => each.tokenId),
      commands.map((each) => each.requestId),
      commands.map((each) => each.type),
      commands.map((each) => each.resourceType ?? null),
      commands.map((each) => each.resourceId),
      now,
    ],
  );
}

function tenantsOf(commands: readonly CommandReference[]): readonly TenantId[] {
  return [...new Set(commands.map((command) => command.tenantId))];
}
