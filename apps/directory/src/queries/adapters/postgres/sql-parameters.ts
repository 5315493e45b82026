import type { SqlValue } from '@muster/persistence';

/** The values of one statement under construction. Whatever a client sent gets into SQL through here and nowhere else. */
export class SqlParameters {
  private readonly list: SqlValue[] = [];

  constructor(tenantId: string) {
    this.list.push(tenantId);
  }

  /** `$1` of every statement. */
  readonly tenant = '$1::uuid';

  /**
   * Whether a row is the tenant's, where a key leads to it. No index serves the comparison: row-level security has put the tenant
   * into every index condition already, and twice makes the planner expect one row of a tenant instead of thousands. Then any index
   * that begins with the tenant looks as good as that of the key, and each look-up walks through all of the tenant.
   */
  ofTenantByKey(tenantColumn: string): string {
    return `${tenantColumn} is not distinct from ${this.tenant}`;
  }

  get values(): readonly SqlValue[] {
    return this.list;
  }

  /** Binds a value and returns its place with its type: `$4::text`. */
  add(
    value: SqlValue,
    type: 'text' | 'uuid' | 'bigint' | 'numeric' | 'boolean' | 'timestamptz' | 'jsonpath',
  ): string {
    this.list.push(value);
    return `$${this.list.length}::${type}`;
  }
}
