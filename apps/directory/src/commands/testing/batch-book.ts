import type { Command, Fact, Outcome, ResourceId } from '@muster/contracts';
import { applyBatch } from '../application/apply-batch.js';
import { queued, type CommandWorld, type WorldTenant } from './command-world.js';

interface UserRow {
  readonly id: ResourceId;
  readonly version: number;
  readonly document: Readonly<Record<string, unknown>>;
}

/** Applies batches of commands, each in one transaction, and shows what they left in the tables. */
export class BatchBook {
  constructor(private readonly world: CommandWorld) {}

  async apply(...commands: Command[]): Promise<Outcome[]> {
    const batch = commands.map((command) => queued(command));
    const tenants = [...new Set(commands.map((command) => command.tenantId))];
    const outcomes = await this.world.transaction(tenants, (tx) => applyBatch(tx, batch, this.world.clock()));
    return commands.map((command) => outcomes.get(command.commandId) as Outcome);
  }

  /** What a test begins with: applied, and its facts forgotten. */
  async given(tenant: WorldTenant, ...commands: Command[]): Promise<void> {
    for (const outcome of await this.apply(...commands)) {
      if (outcome.status !== 'applied') throw new Error(`a given command was ${JSON.stringify(outcome)}`);
    }
    await this.world.rows('delete from directory.outbox where tenant_id = $1', [tenant.tenantId]);
  }

  users(tenant: WorldTenant): Promise<UserRow[]> {
    return this.world.rows(
      'select id, version, document from directory.users where tenant_id = $1 order by seq',
      [tenant.tenantId],
    );
  }

  /** Of the tenant's own types. */
  resources(tenant: WorldTenant): Promise<(UserRow & { readonly type: string })[]> {
    return this.world.rows(
      'select id, type, version, external_id, document from directory.resources where tenant_id = $1 order by seq',
      [tenant.tenantId],
    );
  }

  /** `kind=value` and who holds it. */
  async names(tenant: WorldTenant): Promise<[string, string][]> {
    const rows = await this.world.rows<{ name: string; resource_id: string }>(
      `select kind || '=' || value as name, resource_id from directory.unique_values where tenant_id = $1 order by 1`,
      [tenant.tenantId],
    );
    return rows.map((row) => [row.name, row.resource_id]);
  }

  facts(tenant: WorldTenant): Promise<Fact[]> {
    return this.outbox<Fact>(tenant, 'fact');
  }

  failures(tenant: WorldTenant): Promise<{ cause: string; subject: object; groupingKey: string }[]> {
    return this.outbox(tenant, 'failure');
  }

  async members(groupId: string): Promise<string[]> {
    const rows = await this.world.rows<{ member_id: string }>(
      'select member_id from directory.group_members where group_id = $1 order by 1',
      [groupId],
    );
    return rows.map((row) => row.member_id);
  }

  async counter(tenant: WorldTenant, kind: 'user' | 'group' | `type:${string}`): Promise<number | undefined> {
    const rows = await this.world.rows<{ count: number }>(
      'select coalesce(sum(count), 0)::int as count from directory.resource_counters where tenant_id = $1 and kind = $2',
      [tenant.tenantId, kind],
    );
    return rows[0]?.count;
  }

  private async outbox<Payload>(tenant: WorldTenant, kind: string): Promise<Payload[]> {
    const rows = await this.world.rows<{ payload: string }>(
      'select payload from directory.outbox where tenant_id = $1 and kind = $2 order by seq',
      [tenant.tenantId, kind],
    );
    return rows.map((row) => JSON.parse(row.payload) as Payload);
  }
}
