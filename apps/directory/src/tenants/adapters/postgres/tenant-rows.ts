import type { SchemasDigest, TenantId, TenantState } from '@muster/contracts';
import type { Session, Transaction } from '@muster/persistence';
import type { DomainName } from '../../domain/domain-name.js';
import { TenantError } from '../../domain/tenant-error.js';
import { parseSettings, type Tenant, type TenantReference } from '../../domain/tenant.js';

export const tenantColumns = `t.tenant_id, t.name, t.state, t.any_domain, t.settings, t.notification_email, t.notification_enabled, t.schemas_digest, t.created_at,
  array(select d.domain from directory.tenant_domains d where d.tenant_id = t.tenant_id order by d.domain) as domains`;

export interface TenantRow {
  readonly tenant_id: TenantId;
  readonly name: string;
  readonly state: TenantState;
  readonly any_domain: boolean;
  readonly settings: unknown;
  readonly notification_email: string | null;
  readonly notification_enabled: boolean;
  readonly schemas_digest: SchemasDigest | null;
  readonly created_at: Date;
  readonly domains: readonly DomainName[];
}

function unknownTenant(): TenantError {
  return new TenantError('tenant_not_found', 'There is no such tenant.');
}

/** Conditions for both ways to name a tenant; the parameter is `$1`. */
function naming(reference: TenantReference): { condition: string; suffix: string; value: string } {
  return 'id' in reference
    ? { condition: 't.tenant_id = $1', suffix: 'by-id', value: reference.id }
    : { condition: 't.name = $1', suffix: 'by-name', value: reference.name };
}

export async function findTenant(session: Session, reference: TenantReference): Promise<Tenant | null> {
  const { condition, suffix, value } = naming(reference);
  const { rows } = await session.query<TenantRow>(
    `tenants.find-${suffix}`,
    `select ${tenantColumns} from directory.tenants t where ${condition}`,
    [value],
  );
  return rows[0] === undefined ? null : tenantOf(rows[0]);
}

/** @throws TenantError `tenant_not_found` */
export async function presentTenant(session: Session, reference: TenantReference): Promise<Tenant> {
  const tenant = await findTenant(session, reference);
  if (tenant === null) throw unknownTenant();
  return tenant;
}

/** Serialises whoever counts or changes something of the tenant; readers and foreign keys pass. */
export async function lockTenant(transaction: Transaction, reference: TenantReference): Promise<TenantId> {
  const { condition, suffix, value } = naming(reference);
  const { rows } = await transaction.query<{ tenant_id: TenantId }>(
    `tenants.lock-${suffix}`,
    `select t.tenant_id from directory.tenants t where ${condition} for no key update`,
    [value],
  );
  if (rows[0] === undefined) throw unknownTenant();
  return rows[0].tenant_id;
}

export function tenantOf(row: TenantRow): Tenant {
  return {
    tenantId: row.tenant_id,
    name: row.name,
    state: row.state,
    anyDomain: row.any_domain,
    domains: row.domains,
    notification: { email: row.notification_email, enabled: row.notification_enabled },
    // A setting that this version does not know, written by a newer one, is left alone.
    settings: parseSettings(row.settings).settings,
    schemas: row.schemas_digest,
    createdAt: row.created_at,
  };
}
