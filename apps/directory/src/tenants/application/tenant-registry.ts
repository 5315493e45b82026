import type { TenantId, TenantSettings, TenantState, TokenId } from '@muster/contracts';
import type { AccessToken } from '../domain/access-token.js';
import type { DomainName } from '../domain/domain-name.js';
import type { Notification, Tenant, TenantReference } from '../domain/tenant.js';

/** A tenant on its way into the registry, with its first token. */
export interface NewTenant {
  readonly tenant: Tenant;
  readonly token: AccessToken;
  readonly hmac: Buffer;
}

/** Settings that a tenant chooses, and as null those that it leaves to their defaults again. */
export type SettingsChange = { readonly [Name in keyof TenantSettings]?: TenantSettings[Name] | null };

/** What changes; absent means: stays. */
export interface TenantChange {
  readonly state?: TenantState;
  readonly anyDomain?: boolean;
  readonly notification?: Partial<Notification>;
  readonly settings?: SettingsChange;
}

/** What a credential says of its bearer. */
export interface KnownCredential {
  readonly tokenId: TokenId;
  readonly revoked: boolean;
  readonly expired: boolean;
  readonly tenant: Pick<
    Tenant,
    'tenantId' | 'name' | 'state' | 'anyDomain' | 'domains' | 'settings' | 'schemas'
  >;
}

/**
 * Where tenants, their domains and their tokens are kept. Each method is one transaction. Limits hold under concurrent
 * calls: the tenant's row is locked before anything of it is counted.
 */
export interface TenantRegistry {
  /** @throws TenantError `tenant_name_taken` */
  add(tenant: NewTenant): Promise<void>;
  list(): Promise<readonly Tenant[]>;
  find(reference: TenantReference): Promise<Tenant | null>;
  /**
   * A rule of uniqueness that is turned on holds for what is there already.
   * @throws TenantError `tenant_not_found`, `values_not_unique`
   */
  change(reference: TenantReference, change: TenantChange, now: Date): Promise<Tenant>;
  /** @throws TenantError `tenant_not_found`, `token_limit_reached` */
  addToken(
    reference: TenantReference,
    make: (tenantId: TenantId) => { token: AccessToken; hmac: Buffer },
  ): Promise<AccessToken>;
  /** Newest first. @throws TenantError `tenant_not_found` */
  tokens(reference: TenantReference): Promise<readonly AccessToken[]>;
  /** Revoking twice keeps the first time. @throws TenantError `tenant_not_found`, `token_not_found` */
  revokeToken(reference: TenantReference, tokenId: TokenId, now: Date): Promise<void>;
  /** Adding twice is one. @throws TenantError `tenant_not_found`, `domain_limit_reached` */
  addDomain(reference: TenantReference, domain: DomainName, now: Date): Promise<void>;
  /** @throws TenantError `tenant_not_found`, `domain_not_found` */
  removeDomain(reference: TenantReference, domain: DomainName): Promise<void>;
}

/** The look-up on every request's way: one statement, by the HMAC's index. */
export interface CredentialLookup {
  byHmac(hmac: Buffer): Promise<KnownCredential | null>;
}

/** When tokens were last used; an approximation, written behind the requests. */
export interface TokenUsageStore {
  touch(uses: readonly { readonly tokenId: TokenId; readonly usedAt: Date }[]): Promise<void>;
}
