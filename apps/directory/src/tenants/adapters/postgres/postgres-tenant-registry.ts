import type { TenantId, TokenId } from '@muster/contracts';
import { DatabaseError, type Database, type Transaction } from '@muster/persistence';
import type {
  CredentialLookup,
  KnownCredential,
  NewTenant,
  TenantChange,
  TenantRegistry,
  TokenUsageStore,
} from '../../application/tenant-registry.js';
import { TOKENS_ALIVE_MAX, type AccessToken } from '../../domain/access-token.js';
import type { DomainName } from '../../domain/domain-name.js';
import { TenantError } from '../../domain/tenant-error.js';
import {
  DOMAINS_MAX,
  effectiveSettings,
  parseSettings,
  type Tenant,
  type TenantReference,
} from '../../domain/tenant.js';
import {
  findTenant,
  lockTenant,
  presentTenant,
  tenantColumns,
  tenantOf,
  type TenantRow,
} from './tenant-rows.js';
import { forgetFormerUsers, switchUniqueRules } from './unique-rules.js';

const TENANTS_MAX = 10_000;

const tokenColumns = 'token_id, tenant_id, name, hint, created_at, expires_at, revoked_at, last_used_at';

interface TokenRow {
  readonly token_id: TokenId;
  readonly tenant_id: TenantId;
  readonly name: string;
  readonly hint: string;
  readonly created_at: Date;
  readonly expires_at: Date;
  readonly revoked_at: Date | null;
  readonly last_used_at: Date | null;
}

type CredentialRow = Pick<
  TenantRow,
  'tenant_id' | 'name' | 'state' | 'any_domain' | 'settings' | 'schemas_digest' | 'domains'
> & {
  readonly token_id: TokenId;
  readonly revoked: boolean;
  readonly expired: boolean;
};

/** The registry in Postgres. Its tables lie outside of row-level security: they are read before a tenant is known. */
export class PostgresTenantRegistry implements TenantRegistry, CredentialLookup, TokenUsageStore {
  constructor(private readonly database: Database) {}

  async add({ tenant, token, hmac }: NewTenant): Promise<void> {
    try {
      await this.database.transaction({ tenants: [] }, async (transaction) => {
        await transaction.query(
          'tenants.insert',
          `insert into directory.tenants
             (tenant_id, name, state, any_domain, settings, notification_email, notification_enabled, created_at, updated_at)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $8)`,
          [
            tenant.tenantId,
            tenant.name,
            tenant.state,
            tenant.anyDomain,
            JSON.stringify(tenant.settings),
            tenant.notification.email,
            tenant.notification.enabled,
            tenant.createdAt,
          ],
        );
        await transaction.query(
          'tenants.insert-domains',
          `insert into directory.tenant_domains (tenant_id, domain, created_at) select $1, unnest($2::text[]), $3`,
          [tenant.tenantId, tenant.domains, tenant.createdAt],
        );
        await insertToken(transaction, token, hmac);
      });
    } catch (error) {
      if (error instanceof DatabaseError && error.constraint === 'tenants_name_key') {
        throw new TenantError('tenant_name_taken', 'Another tenant already has this name.');
      }
      throw error;
    }
  }

  async list(): Promise<readonly Tenant[]> {
    const { rows } = await this.database.query<TenantRow>(
      'tenants.list',
      `select ${tenantColumns} from directory.tenants t order by t.name limit ${TENANTS_MAX}`,
    );
    return rows.map(tenantOf);
  }

  async find(reference: TenantReference): Promise<Tenant | null> {
    return findTenant(this.database, reference);
  }

  async change(reference: TenantReference, change: TenantChange, now: Date): Promise<Tenant> {
    const { tenantId } = await presentTenant(this.database, reference);
    return this.database.transaction({ tenants: [tenantId] }, async (transaction) => {
      await lockTenant(transaction, { id: tenantId });
      const before = await presentTenant(transaction, { id: tenantId });
      await transaction.query(
        'tenants.update',
        `update directory.tenants set
           state = coalesce($2, state),
           any_domain = coalesce($3, any_domain),
           settings = jsonb_strip_nulls(settings || $4::jsonb),
           notification_email = case when $5 then $6 else notification_email end,
           notification_enabled = coalesce($7, notification_enabled),
           updated_at = $8
         where tenant_id = $1`,
        [
          tenantId,
          change.state ?? null,
          change.anyDomain ?? null,
          JSON.stringify(change.settings ?? {}),
          change.notification?.email !== undefined,
          change.notification?.email ?? null,
          change.notification?.enabled ?? null,
          now,
        ],
      );
      const after = await presentTenant(transaction, { id: tenantId });
      const [was, is] = [effectiveSettings(before.settings), effectiveSettings(after.settings)];
      await switchUniqueRules(transaction, tenantId, was, is);
      if (was.softDeleteUsers && !is.softDeleteUsers) await forgetFormerUsers(transaction, tenantId);
      return after;
    });
  }

  addToken(
    reference: TenantReference,
    make: (tenantId: TenantId) => { token: AccessToken; hmac: Buffer },
  ): Promise<AccessToken> {
    return this.database.transaction({ tenants: [] }, async (transaction) => {
      const tenantId = await lockTenant(transaction, reference);
      // A later statement than the lock, so that it sees the token of whoever held the lock before.
      const { rows } = await transaction.query<{ alive: number }>(
        'tokens.count-alive',
        `select count(*) as alive from directory.tokens
         where tenant_id = $1 and revoked_at is null and expires_at > now()`,
        [tenantId],
      );
      if ((rows[0]?.alive ?? 0) >= TOKENS_ALIVE_MAX) {
        throw new TenantError(
          'token_limit_reached',
          `This tenant has ${TOKENS_ALIVE_MAX} tokens in use, which is the most there can be. Revoke one of them first.`,
        );
      }
      const { token, hmac } = make(tenantId);
      await insertToken(transaction, token, hmac);
      return token;
    });
  }

  async tokens(reference: TenantReference): Promise<readonly AccessToken[]> {
    const tenant = await presentTenant(this.database, reference);
    const { rows } = await this.database.query<TokenRow>(
      'tokens.list',
      `select ${tokenColumns} from directory.tokens where tenant_id = $1 order by created_at desc, token_id desc limit 1000`,
      [tenant.tenantId],
    );
    return rows.map(tokenOf);
  }

  async revokeToken(reference: TenantReference, tokenId: TokenId, now: Date): Promise<void> {
    const tenant = await presentTenant(this.database, reference);
    const { rowCount } = await this.database.query(
      'tokens.revoke',
      'update directory.tokens set revoked_at = coalesce(revoked_at, $3) where tenant_id = $1 and token_id = $2',
      [tenant.tenantId, tokenId, now],
    );
    if (rowCount === 0) throw new TenantError('token_not_found', 'This tenant has no such token.');
  }

  async addDomain(reference: TenantReference, domain: DomainName, now: Date): Promise<void> {
    await this.database.transaction({ tenants: [] }, async (transaction) => {
      const tenantId = await lockTenant(transaction, reference);
      await transaction.query(
        'domains.insert',
        `insert into directory.tenant_domains (tenant_id, domain, created_at) values ($1, $2, $3) on conflict do nothing`,
        [tenantId, domain, now],
      );
      const { rows } = await transaction.query<{ total: number }>(
        'domains.count',
        'select count(*) as total from directory.tenant_domains where tenant_id = $1',
        [tenantId],
      );
      if ((rows[0]?.total ?? 0) > DOMAINS_MAX) {
        throw new TenantError('domain_limit_reached', `A tenant has at most ${DOMAINS_MAX} domains.`);
      }
    });
  }

  async removeDomain(reference: TenantReference, domain: DomainName): Promise<void> {
    const tenant = await presentTenant(this.database, reference);
    const { rowCount } = await this.database.query(
      'domains.delete',
      'delete from directory.tenant_domains where tenant_id = $1 and domain = $2',
      [tenant.tenantId, domain],
    );
    if (rowCount === 0) throw new TenantError('domain_not_found', `The domain ${domain} is not registered.`);
  }

  async byHmac(hmac: Buffer): Promise<KnownCredential | null> {
    const { rows } = await this.database.query<CredentialRow>(
      'credentials.resolve',
      `select k.token_id, k.revoked_at is not null as revoked, k.expires_at <= now() as expired,
         t.tenant_id, t.name, t.state, t.any_domain, t.settings, t.schemas_digest,
         array(select d.domain from directory.tenant_domains d where d.tenant_id = t.tenant_id order by d.domain) as domains
       from directory.tokens k join directory.tenants t using (tenant_id) where k.hmac = $1`,
      [hmac],
    );
    const [row] = rows;
    if (row === undefined) return null;
    return {
      tokenId: row.token_id,
      revoked: row.revoked,
      expired: row.expired,
      tenant: {
        tenantId: row.tenant_id,
        name: row.name,
        state: row.state,
        anyDomain: row.any_domain,
        domains: row.domains,
        settings: parseSettings(row.settings).settings,
        schemas: row.schemas_digest,
      },
    };
  }

  async touch(uses: readonly { readonly tokenId: TokenId; readonly usedAt: Date }[]): Promise<void> {
    await this.database.query(
      'tokens.touch',
      `update directory.tokens k set last_used_at = greatest(k.last_used_at, u.used_at)
       from unnest($1::uuid[], $2::timestamptz[]) as u (token_id, used_at) where k.token_id = u.token_id`,
      [uses.map((use) => use.tokenId), uses.map((use) => use.usedAt.toISOString())],
    );
  }
}

async function insertToken(transaction: Transaction, token: AccessToken, hmac: Buffer): Promise<void> {
  await transaction.query(
    'tokens.insert',
    `insert into directory.tokens (token_id, tenant_id, hmac, name, hint, created_at, expires_at)
     values ($1, $2, $3, $4, $5, $6, $7)`,
    [token.tokenId, token.tenantId, hmac, token.name, token.hint, token.createdAt, token.expiresAt],
  );
}

function tokenOf(row: TokenRow): AccessToken {
  return {
    tokenId: row.token_id,
    tenantId: row.tenant_id,
    name: row.name,
    hint: row.hint,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    revokedAt: row.revoked_at,
    lastUsedAt: row.last_used_at,
  };
}
