import {
  type DomainPolicy,
  type SchemasDigest,
  type TenantId,
  type TenantSettings,
  type TenantState,
  type TokenId,
} from '@muster/contracts';
import type { Transaction } from '@muster/persistence';
import { spellingsOf, type DomainName } from '../../../tenants/domain/domain-name.js';
import { SHARE_TENANT_RULES } from '../../../tenants/adapters/postgres/tenant-rules-lock.js';
import type { KnownSchemas } from '../../../tenants/application/known-schemas.js';
import { readRegistrationIn } from '../../../tenants/adapters/postgres/read-registration.js';
import type { Admission, AdmittedTenant } from '../../application/batch-transaction.js';

const READ_TENANTS = `
  select t.tenant_id, t.state, t.any_domain, t.settings, t.schemas_digest,
         coalesce((select array_agg(d.domain) from directory.tenant_domains d where d.tenant_id = t.tenant_id), '{}') as domains
  from directory.tenants t where t.tenant_id = any($1::uuid[])`;

const READ_TOKENS = `
  select token_id from directory.tokens
  where token_id = any($1::uuid[]) and revoked_at is null and expires_at > now()`;

interface TenantRow {
  readonly tenant_id: TenantId;
  readonly state: TenantState;
  readonly any_domain: boolean;
  readonly settings: Partial<TenantSettings>;
  readonly schemas_digest: SchemasDigest | null;
  readonly domains: readonly DomainName[];
}

/** Who may still write, by the registry as this transaction sees it and by the database's clock. */
export async function readAdmission(
  tx: Transaction,
  defaults: TenantSettings,
  schemas: KnownSchemas,
  tenantIds: readonly TenantId[],
  tokenIds: readonly TokenId[],
): Promise<Admission> {
  const [, tenants, tokens] = await Promise.all([
    tx.query('share rules of tenants', SHARE_TENANT_RULES, [tenantIds]),
    tx.query<TenantRow>('read tenants of a batch', READ_TENANTS, [tenantIds]),
    tx.query<{ token_id: TokenId }>('read tokens of a batch', READ_TOKENS, [tokenIds]),
  ]);
  const readRegistration = readRegistrationIn(tx);
  const admitted = new Map<TenantId, AdmittedTenant>();
  for (const row of tenants.rows) {
    const { tenant_id: tenantId, state, settings, schemas_digest: digest } = row;
    admitted.set(tenantId, {
      state,
      domainPolicy: policyOf(row),
      settings: { ...defaults, ...settings },
      types: await schemas.typesOf(tenantId, digest, readRegistration),
    });
  }
  return {
    tenants: admitted,
    aliveTokens: new Set(tokens.rows.map((row) => row.token_id)),
  };
}

function policyOf(row: TenantRow): DomainPolicy {
  return row.any_domain ? { kind: 'any' } : { kind: 'registered', domains: row.domains.flatMap(spellingsOf) };
}
