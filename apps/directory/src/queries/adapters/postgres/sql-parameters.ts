import type { SqlValue } from '@muster/persistence';

/** The values of one statement under construction. Whatever a client sent gets into SQL through here and nowhere else. */
export class SqlParameters {
  private readonly list: SqlValue[] = [];

  constructor(tenantId: string) {
    this.list.push(tenantId);
  }

  /** `$1` of every statement. */
  readonly tenant = '$1::uuid';

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
