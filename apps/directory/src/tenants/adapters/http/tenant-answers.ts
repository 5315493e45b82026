import type { TenantSchemas, TenantSettings, TenantState } from '@muster/contracts';
import { standardResourceTypes, type ResourceType } from '@muster/scim';
import type { AccessToken } from '../../domain/access-token.js';
import { effectiveSettings, type Notification, type Tenant } from '../../domain/tenant.js';

/** A resource type that a tenant registered: one of its own, or users or groups with what it adds to them. */
export interface RegisteredTypeAnswer {
  readonly name: string;
  /** Relative to the tenant's SCIM URL. */
  readonly endpoint: string;
  /** URN. */
  readonly schema: string;
  readonly extensions: readonly { readonly schema: string; readonly required: boolean }[];
}

/** What a tenant registered beside the standard schemas. */
export interface RegisteredSchemasAnswer {
  readonly digest: string;
  readonly resourceTypes: readonly RegisteredTypeAnswer[];
  /** URNs of the schemas that it brought. */
  readonly schemas: readonly string[];
}

/** A tenant among others, as the admin API shows it. Times are RFC 3339. */
export interface ListedTenantAnswer {
  readonly tenantId: string;
  readonly name: string;
  readonly state: TenantState;
  readonly domains: readonly string[];
  readonly anyDomain: boolean;
  readonly notification: Notification;
  readonly settings: TenantSettings;
  /** Those of them that the tenant chose; the others are defaults. */
  readonly chosenSettings: readonly string[];
  /** What the tenant registered; null: nothing. */
  readonly schemas: Pick<RegisteredSchemasAnswer, 'digest'> | null;
  /** What the tenant's admin pastes into the identity provider. */
  readonly scimUrl: string;
  readonly createdAt: string;
}

export interface TenantAnswer extends ListedTenantAnswer {
  readonly schemas: RegisteredSchemasAnswer | null;
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

export function listedTenantAnswer(tenant: Tenant, scimUrl: string): ListedTenantAnswer {
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
    schemas: tenant.schemas === null ? null : { digest: tenant.schemas },
    scimUrl,
    createdAt: tenant.createdAt.toISOString(),
  };
}

export function tenantAnswer(tenant: Tenant, schemas: TenantSchemas | null, scimUrl: string): TenantAnswer {
  return {
    ...listedTenantAnswer(tenant, scimUrl),
    schemas: schemas === null ? null : registeredSchemasAnswer(schemas),
  };
}

export function registeredSchemasAnswer({ digest, types }: TenantSchemas): RegisteredSchemasAnswer {
  const isNew =
    <Item>(standard: readonly Item[]) =>
    (item: Item) =>
      !standard.includes(item);
  return {
    digest,
    resourceTypes: types.all.filter(isNew(standardResourceTypes.all)).map(registeredTypeAnswer),
    schemas: types.schemas.filter(isNew(standardResourceTypes.schemas)).map(({ id }) => id),
  };
}

function registeredTypeAnswer({ name, endpoint, schema, extensions }: ResourceType): RegisteredTypeAnswer {
  return {
    name,
    endpoint,
    schema: schema.id,
    extensions: extensions.map((extension) => ({
      schema: extension.schema.id,
      required: extension.required,
    })),
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
