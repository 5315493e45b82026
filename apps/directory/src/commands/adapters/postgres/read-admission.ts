import {
  type DomainPolicy,
  type TenantId,
  type TenantSettings,
  type TenantState,
  type TokenId,
} from '@muster/contracts';
import type { Transaction } from '@muster/persistence';
import { spellingsOf, type DomainName } from '../../../tenants/domain/domain-name.js';
import { SHARE_TENANT_RULES } from '../../../tenants/adapters/postgres/tenant-rules-lock.js';
import type { Admission } from '../../application/batch-transaction.js';

const READ_TENANTS = `
  select t.tenant_id, t.state, t.any_domain, t.settings,
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
  readonly domains: readonly DomainName[];
}

/** Who may still write, by the registry as this transaction sees it and by the database's clock. */
export async function readAdmission(
  tx: Transaction,
  defaults: TenantSettings,
  tenantIds: readonly TenantId[],
  tokenIds: readonly TokenId[],
): Promise<Admission> {
  const [, tenants, tokens] = await Promise.all([
    tx.query('share rules of tenants', SHARE_TENANT_RULES, [tenantIds]),
    tx.query<TenantRow>('read tenants of a batch', READ_TENANTS, [tenantIds]),
    tx.query<{ token_id: TokenId }>('read tokens of a batch', READ_TOKENS, [tokenIds]),
  ]);
  return {
    tenants: new Map(
      tenants.rows.map((row) => [
        row.tenant_id,
        { state: row.state, domainPolicy: policyOf(row), settings: { ...defaults, ...row.settings } },
      ]),
    ),
    aliveTokens: new Set(tokens.rows.map((row) => row.token_id)),
  };
}

function policyOf(row: TenantRow): DomainPolicy {
  return row.any_domain ? { kind: 'any' } : { kind: 'registered', domains: row.domains.flatMap(spellingsOf) };
}
