import type { TenantId, TokenId } from '@muster/contracts';
import { issueToken, type AccessToken, type IssuedToken } from '../domain/access-token.js';
import { parseDomainName, type DomainName } from '../domain/domain-name.js';
import { TenantError } from '../domain/tenant-error.js';
import {
  DOMAINS_MAX,
  parseTenantName,
  tenantReference,
  type Notification,
  type Tenant,
} from '../domain/tenant.js';
import type { TenantChange, TenantRegistry } from './tenant-registry.js';

export interface TenantAdministrationOptions {
  readonly registry: TenantRegistry;
  readonly tokenPepper: string;
  readonly now: () => Date;
  /** Makes UUIDv7. */
  readonly newId: () => string;
}

export interface CreateTenantRequest {
  readonly name: string;
  readonly domains?: readonly string[];
  readonly anyDomain?: boolean;
  readonly notification?: Partial<Notification>;
}

/** A token and its secret, which is nowhere to be had again. */
export interface TokenWithSecret {
  readonly token: AccessToken;
  readonly secret: string;
}

/** What an admin does to tenants. Every method throws `TenantError` for what the request got wrong. */
export class TenantAdministration {
  constructor(private readonly options: TenantAdministrationOptions) {}

  async create(request: CreateTenantRequest): Promise<{ tenant: Tenant } & TokenWithSecret> {
    const name = parseTenantName(request.name);
    if (name === null) {
      throw new TenantError(
        'invalid_request',
        'The name is 1 to 100 bytes of text without control characters, and no UUID.',
      );
    }
    const domains = uniqueDomains(request.domains ?? []);
    const now = this.options.now();
    const tenant: Tenant = {
      tenantId: this.options.newId() as TenantId,
      name,
      state: 'active',
      anyDomain: request.anyDomain ?? false,
      domains,
      notification: {
        email: request.notification?.email ?? null,
        enabled: request.notification?.enabled ?? true,
      },
      settings: {},
      schemas: null,
      createdAt: now,
    };
    const issued = this.issue(tenant.tenantId, 'first', null);
    await this.options.registry.add({ tenant, token: issued.token, hmac: issued.hmac });
    return { tenant, token: issued.token, secret: issued.secret };
  }

  list(): Promise<readonly Tenant[]> {
    return this.options.registry.list();
  }

  async find(nameOrId: string): Promise<Tenant> {
    const tenant = await this.options.registry.find(tenantReference(nameOrId));
    if (tenant === null) throw new TenantError('tenant_not_found', 'There is no such tenant.');
    return tenant;
  }

  change(nameOrId: string, change: TenantChange): Promise<Tenant> {
    return this.options.registry.change(tenantReference(nameOrId), change, this.options.now());
  }

  async addToken(nameOrId: string, name: string, expiresAt: Date | null): Promise<TokenWithSecret> {
    let secret = '';
    const token = await this.options.registry.addToken(tenantReference(nameOrId), (tenantId) => {
      const issued = this.issue(tenantId, name, expiresAt);
      secret = issued.secret;
      return issued;
    });
    return { token, secret };
  }

  tokens(nameOrId: string): Promise<readonly AccessToken[]> {
    return this.options.registry.tokens(tenantReference(nameOrId));
  }

  revokeToken(nameOrId: string, tokenId: TokenId): Promise<void> {
    return this.options.registry.revokeToken(tenantReference(nameOrId), tokenId, this.options.now());
  }

  async addDomain(nameOrId: string, text: string): Promise<DomainName> {
    const domain = domainOf(text);
    await this.options.registry.addDomain(tenantReference(nameOrId), domain, this.options.now());
    return domain;
  }

  removeDomain(nameOrId: string, text: string): Promise<void> {
    return this.options.registry.removeDomain(tenantReference(nameOrId), domainOf(text));
  }

  /** @throws TenantError `domain_not_found` */
  async domain(nameOrId: string, text: string): Promise<DomainName> {
    const domain = domainOf(text);
    const tenant = await this.find(nameOrId);
    if (!tenant.domains.includes(domain))
      throw new TenantError('domain_not_found', `The domain ${domain} is not registered.`);
    return domain;
  }

  private issue(tenantId: TenantId, name: string, expiresAt: Date | null): IssuedToken {
    const { newId, now, tokenPepper: pepper } = this.options;
    try {
      return issueToken({ tokenId: newId() as TokenId, tenantId, name, now: now(), expiresAt, pepper });
    } catch (error) {
      if (error instanceof RangeError) throw new TenantError('invalid_request', error.message);
      throw error;
    }
  }
}

function domainOf(text: string): DomainName {
  const domain = parseDomainName(text);
  if (domain === null)
    throw new TenantError('invalid_request', `"${text.slice(0, 100)}" is not a domain name.`);
  return domain;
}

function uniqueDomains(texts: readonly string[]): readonly DomainName[] {
  const domains = [...new Set(texts.map(domainOf))].sort();
  if (domains.length > DOMAINS_MAX)
    throw new TenantError('domain_limit_reached', `A tenant has at most ${DOMAINS_MAX} domains.`);
  return domains;
}
