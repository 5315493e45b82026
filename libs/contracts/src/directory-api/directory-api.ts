import type { Filter } from '@muster/scim';
import type { CommandMessageType } from '../commands/commands.js';
import type { CommandId, ResourceId, TenantId, TokenId } from '../identity/ids.js';
import type { Outcome, StoredResource } from '../outcomes/outcomes.js';
import type { DomainPolicy } from '../tenancy/domain-policy.js';
import type { SchemasDigest } from '../tenancy/tenant-schemas.js';
import type { TenantSettings, TenantState } from '../tenancy/tenant-settings.js';

/** Where resources of one kind are to be had: users, groups, or those of a type that the tenant registered, by its name. */
export type ResourcePlace = 'users' | 'groups' | `types/${string}`;

/**
 * The directory's internal HTTP API, spoken by gateway and notifier with the service credential. JSON both ways; errors are
 * RFC 9457 problems.
 */
export const directoryPaths = {
  resolveCredential: '/internal/v1/credentials/resolve',
  lookUpOutcomes: '/internal/v1/commands/outcomes',
  cancelCommands: '/internal/v1/commands/cancel',
  markUndelivered: '/internal/v1/commands/undelivered',
  /**
   * `references=false`: leave out a group's members or a user's groups, and do not touch the member table. `managers=true`: with
   * the name of a user's manager.
   */
  resource: (tenantId: TenantId, place: ResourcePlace, id: string, options: Partial<ReadOptions> = {}) => {
    const { withReferences = true, withManagerNames = false } = options;
    const query = [withReferences ? [] : 'references=false', withManagerNames ? 'managers=true' : []].flat();
    return `/internal/v1/tenants/${tenantId}/${place}/${id}${query.length === 0 ? '' : `?${query.join('&')}`}`;
  },
  query: (tenantId: TenantId, place: ResourcePlace) => `/internal/v1/tenants/${tenantId}/${place}/query`,
  queryAll: (tenantId: TenantId) => `/internal/v1/tenants/${tenantId}/query`,
  /** The registration with this digest, as JSON. It never changes, so it may be kept. */
  schemas: (tenantId: TenantId, digest: SchemasDigest) =>
    `/internal/v1/tenants/${tenantId}/schemas/${digest}`,
  notification: (tenantId: TenantId) => `/internal/v1/tenants/${tenantId}/notification`,
} as const;

export interface ResolveCredentialRequest {
  /** SHA-256 of the bearer token, hex. */
  readonly tokenHash: string;
}

export type ResolveCredentialResponse =
  | { readonly known: false; readonly reason: 'unknown' | 'expired' | 'revoked' }
  | {
      readonly known: true;
      readonly tokenId: TokenId;
      readonly tenant: {
        readonly tenantId: TenantId;
        readonly name: string;
        readonly state: TenantState;
        readonly domainPolicy: DomainPolicy;
        readonly settings: TenantSettings;
        /** What the tenant registered beside the standard schemas; null: nothing. */
        readonly schemas: SchemasDigest | null;
      };
    };

/** Command ids in one call at the most. */
export const OUTCOME_LOOKUP_MAX = 1_000;

export interface LookUpOutcomesRequest {
  readonly commands: readonly { readonly commandId: CommandId; readonly tenantId: TenantId }[];
}

/** Ids without an entry are not decided yet. */
export interface LookUpOutcomesResponse {
  readonly outcomes: readonly { readonly commandId: CommandId; readonly outcome: Outcome }[];
}

export interface CancelCommandsRequest {
  readonly commands: readonly {
    readonly commandId: CommandId;
    readonly tenantId: TenantId;
    readonly tokenId: TokenId;
    readonly resourceId: ResourceId;
    readonly type: CommandMessageType;
    /** Name of the resource type; there for the kind `resource`, and for no other. */
    readonly resourceType?: string;
    readonly requestId: string;
  }[];
}

/** The insert into `operations` decides the race; `unknown`: the directory could not tell in time. */
export interface CancelCommandsResponse {
  readonly results: readonly (
    | { readonly commandId: CommandId; readonly result: 'cancelled' }
    | { readonly commandId: CommandId; readonly result: 'decided'; readonly outcome: Outcome }
    | { readonly commandId: CommandId; readonly result: 'unknown' }
  )[];
}

export interface MarkUndeliveredRequest {
  readonly commands: readonly { readonly commandId: CommandId; readonly tenantId: TenantId }[];
}

/** What is read beside the documents, since a response shows it. */
export interface ReadOptions {
  /** Groups: read members. Users: read `groups`. */
  readonly withReferences: boolean;
  /** Users: read the display names of their managers. */
  readonly withManagerNames?: boolean;
}

export interface QueryRequest extends ReadOptions {
  /** By which of the tenant's own schemas the query is meant; absent where it has none. */
  readonly schemas?: SchemasDigest;
  /** Resolved against the schema by the gateway; parsed again at the directory's door. */
  readonly filter?: Filter;
  readonly sortBy?: string;
  readonly sortOrder?: 'ascending' | 'descending';
  /** 1-based (RFC 7644 section 3.4.2.4). */
  readonly startIndex: number;
  readonly count: number;
  /** RFC 9865; when present `startIndex` is ignored. Empty string asks for the first page. */
  readonly cursor?: string;
}

export interface QueryResponse {
  readonly totalResults: number;
  readonly resources: readonly StoredResource[];
  readonly nextCursor?: string;
  readonly previousCursor?: string;
}

/**
 * A query over everything (RFC 7644 section 3.4.2.1): one list, users first, then groups, then the tenant's own types in the
 * order of their registration, unless it is sorted.
 */
export interface RootQueryRequest extends Omit<QueryRequest, 'withReferences'> {
  /** Users: read `groups`. Groups: read members. */
  readonly withReferencesOf: readonly ResourcePlace[];
}

export interface RootQueryResponse {
  /** Of all kinds. */
  readonly totalResults: number;
  /** In the order of the list; where it is sorted, kinds come again and again. One of which the page has nothing may be left out. */
  readonly pages: readonly { readonly place: ResourcePlace; readonly resources: readonly StoredResource[] }[];
  readonly nextCursor?: string;
  readonly previousCursor?: string;
}

export interface NotificationResponse {
  readonly tenantName: string;
  readonly email: string | null;
  readonly enabled: boolean;
}
