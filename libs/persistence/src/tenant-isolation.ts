const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const identifierPattern = /^[a-z_][a-z0-9_]{0,62}$/;
/** One transaction may hold a command of each of this many tenants. */
const tenantsMax = 1_000;

/** The setting that lists the tenants of the running transaction. */
export const tenantSetting = 'muster.tenants';

/**
 * The list as a Postgres array literal, safe to stand in a statement because it holds nothing but UUIDs.
 * @throws RangeError for anything that is not a UUID, and for more than 1,000 tenants
 */
export function tenantArrayLiteral(tenants: readonly string[]): string {
  if (tenants.length > tenantsMax)
    throw new RangeError(`at most ${tenantsMax} tenants in one transaction, got ${tenants.length}`);
  for (const tenant of tenants) {
    if (!uuidPattern.test(tenant)) throw new RangeError('a tenant id is a UUID');
  }
  return `{${tenants.join(',')}}`;
}

/**
 * SQL for a migration: rows of `schema.table` exist only for the tenants that the transaction lists, for its owner too.
 *
 * The list is read once per statement and works as an index condition on `tenant_id`. A connection on which the setting
 * was never made, or whose transaction has ended, sees nothing: the setting is NULL or empty then, and matches no row.
 */
export function enableTenantIsolation(table: string): string {
  const name = qualifiedName(table);
  const listed = `tenant_id = any ((select nullif(current_setting('${tenantSetting}', true), ''))::uuid[])`;
  return [
    `alter table ${name} enable row level security;`,
    `alter table ${name} force row level security;`,
    `create policy tenant_isolation on ${name} using (${listed}) with check (${listed});`,
  ].join('\n');
}

/** SQL that undoes {@link enableTenantIsolation}. */
export function disableTenantIsolation(table: string): string {
  const name = qualifiedName(table);
  return [
    `drop policy tenant_isolation on ${name};`,
    `alter table ${name} no force row level security;`,
    `alter table ${name} disable row level security;`,
  ].join('\n');
}

/**
 * SQL for a migration: a role that owns nothing and cannot log in, made unless it is there. Roles belong to the whole
 * server, so two databases may migrate at the same moment: the loser of that race finds the role and is content.
 */
export function createRoleIfMissing(role: string): string {
  const name = identifier(role);
  return [
    'do $$ begin',
    `  create role ${name} nologin nosuperuser nobypassrls;`,
    'exception when duplicate_object or unique_violation then null;',
    'end $$;',
  ].join('\n');
}

/** @throws RangeError unless it is a plain lower-case identifier */
export function identifier(name: string): string {
  if (!identifierPattern.test(name)) throw new RangeError(`not a plain identifier: ${JSON.stringify(name)}`);
  return name;
}

/** @throws RangeError unless it is `table` or `schema.table` in plain lower-case identifiers */
export function qualifiedName(name: string): string {
  const parts = name.split('.');
  if (parts.length > 2) throw new RangeError(`not a table name: ${JSON.stringify(name)}`);
  return parts.map(identifier).join('.');
}
