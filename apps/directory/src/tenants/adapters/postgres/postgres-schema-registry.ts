import type { SchemasDigest, TenantId, TenantSchemas } from '@muster/contracts';
import type { Database, Transaction } from '@muster/persistence';
import { breakingChanges, standardResourceTypes } from '@muster/scim';
import type { KnownSchemas } from '../../application/known-schemas.js';
import type { SchemaRegistry } from '../../application/schema-registry.js';
import { refuseWhatIsInUse, type SchemaHolding } from '../../domain/schema-holding.js';
import type { TenantReference } from '../../domain/tenant.js';
import { readRegistrationIn } from './read-registration.js';
import { lockTenant, presentTenant } from './tenant-rows.js';
import { OWN_TENANT_RULES } from './tenant-rules-lock.js';

/** Registrations of one tenant at the most; older ones than these are forgotten. */
const REGISTRATIONS_MAX = 20;

/** Registrations in Postgres, one row each under its digest; the tenant's row names the one that holds. */
export class PostgresSchemaRegistry implements SchemaRegistry {
  constructor(
    private readonly database: Database,
    private readonly known: KnownSchemas,
  ) {}

  read(tenantId: TenantId, digest: SchemasDigest): Promise<string | null> {
    return this.database.read(tenantId, (session) => readRegistrationIn(session)(tenantId, digest));
  }

  async register(reference: TenantReference, wanted: TenantSchemas | null, now: Date): Promise<void> {
    const { tenantId } = await presentTenant(this.database, reference);
    await this.database.transaction({ tenants: [tenantId] }, async (transaction) => {
      await lockTenant(transaction, { id: tenantId });
      const { schemas: current } = await presentTenant(transaction, { id: tenantId });
      if (current === (wanted?.digest ?? null)) return;
      await transaction.query('tenants.own-rules', OWN_TENANT_RULES, [tenantId]);
      const before = await this.known.typesOf(tenantId, current, readRegistrationIn(transaction));
      const changes = breakingChanges(before, wanted?.types ?? standardResourceTypes);
      await refuseWhatIsInUse(changes, (holding) => isHeld(transaction, tenantId, holding));
      if (wanted !== null) await keep(transaction, tenantId, wanted, now);
      await transaction.query(
        'tenants.set-schemas',
        'update directory.tenants set schemas_digest = $2, updated_at = $3 where tenant_id = $1',
        [tenantId, wanted?.digest ?? null, now],
      );
      await forgetOldest(transaction, tenantId);
    });
  }
}

/** What comes back is as young as what is new: its digest is in use from now on. */
async function keep(
  transaction: Transaction,
  tenantId: TenantId,
  { digest, text }: TenantSchemas,
  now: Date,
): Promise<void> {
  await transaction.query(
    'schemas.keep',
    `insert into directory.tenant_schemas (tenant_id, digest, registration, registered_at) values ($1, $2, $3, $4)
     on conflict (tenant_id, digest) do update set registered_at = excluded.registered_at`,
    [tenantId, digest, text, now],
  );
}

/** The one that holds stays, however the clock went. */
async function forgetOldest(transaction: Transaction, tenantId: TenantId): Promise<void> {
  await transaction.query(
    'schemas.forget-oldest',
    `delete from directory.tenant_schemas s where s.tenant_id = $1 and s.digest in (
       select o.digest from directory.tenant_schemas o join directory.tenants t using (tenant_id)
       where o.tenant_id = $1 order by o.digest is not distinct from t.schemas_digest desc, o.registered_at desc, o.digest
       offset ${REGISTRATIONS_MAX})`,
    [tenantId],
  );
}

/**
 * Whether the tenant has a resource that the holding is about. Resources of a type are found by an index. For an extension
 * documents are read until one has it, all of them where none does: that is bounded by the statement timeout.
 */
async function isHeld(
  transaction: Transaction,
  tenantId: TenantId,
  { resourceType, extension }: SchemaHolding,
): Promise<boolean> {
  const { name, condition, type } = placeOf(resourceType);
  const [suffix, extended] =
    extension === undefined ? ['', ''] : ['-extended', ` and r.document ? $${type.length + 2}`];
  const { rowCount } = await transaction.query(
    `schemas.find-${name}${suffix}`,
    `select 1 from directory.${name} r where r.tenant_id = $1${condition}${extended} limit 1`,
    [tenantId, ...type, ...(extension === undefined ? [] : [extension])],
  );
  return rowCount > 0;
}

function placeOf(resourceType: string): {
  readonly name: 'users' | 'groups' | 'resources';
  readonly condition: string;
  readonly type: readonly string[];
} {
  switch (resourceType) {
    case standardResourceTypes.user.name:
      return { name: 'users', condition: '', type: [] };
    case standardResourceTypes.group.name:
      return { name: 'groups', condition: '', type: [] };
    default:
      return { name: 'resources', condition: ' and r.type = $2', type: [resourceType] };
  }
}
