import type { TenantSettings, TenantState } from '@muster/contracts';
import type { AccessToken } from '../../domain/access-token.js';
import { effectiveSettings, type Notification, type Tenant } from '../../domain/tenant.js';

/** A tenant as the admin API shows it. Times are RFC 3339. */
export interface TenantAnswer {
  readonly tenantId: string;
  readonly name: string;
  readonly state: TenantState;
  readonly domains: readonly string[];
  readonly anyDomain: boolean;
  readonly notification: Notification;
  readonly settings: TenantSettings;
  /** Those of them that the tenant chose; the others are defaults. */
  readonly chosenSettings: readonly string[];
  /** What the tenant's admin pastes into the identity provider. */
  readonly scimUrl: string;
  readonly createdAt: string;
}

export interface TokenAnswer {
  readonly tokenId: string;
  readonly name: string;
  readonly hint: string;
  readonly createdAt: string;
  readonly expiresAt: string;
  readonly revokedAt: string | null;
  readonly lastUsedAt: string | null;
}

/** Shown once. */
export interface IssuedTokenAnswer {
  readonly token: string;
  readonly tokenId: string;
  readonly name: string;
  readonly hint: string;
  readonly createdAt: string;
  readonly expiresAt: string;
}

export interface CreatedTenantAnswer {
  readonly tenantId: string;
  readonly name: string;
  readonly scimUrl: string;
  readonly token: string;
  readonly tokenId: string;
  readonly expiresAt: string;
}

export function tenantAnswer(tenant: Tenant, scimUrl: string): TenantAnswer {
  const { tenantId, name, state, domains, anyDomain, notification } = tenant;
  return {
    tenantId,
    name,
    state,
    domains,
    anyDomain,
    notification,
    settings: effectiveSettings(tenant.settings),
    chosenSettings: Object.keys(tenant.settings).sort(),
    scimUrl,
    createdAt: tenant.createdAt.toISOString(),
  };
}

export function tokenAnswer(token: AccessToken): TokenAnswer {
  return {
    tokenId: token.tokenId,
    name: token.name,
    hint: token.hint,
    createdAt: token.createdAt.toISOString(),
    expiresAt: token.expiresAt.toISOString(),
    revokedAt: token.revokedAt?.toISOString() ?? null,
    lastUsedAt: token.lastUsedAt?.toISOString() ?? null,
  };
}

export function issuedTokenAnswer(token: AccessToken, secret: string): IssuedTokenAnswer {
  return {
    token: secret,
    tokenId: token.tokenId,
    name: token.name,
    hint: token.hint,
    createdAt: token.createdAt.toISOString(),
    expiresAt: token.expiresAt.toISOString(),
  };
}
