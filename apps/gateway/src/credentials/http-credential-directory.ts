import {
  defaultTenantSettings,
  directoryPaths,
  parseSchemasDigest,
  parseUuid,
  type DomainPolicy,
  type ResolveCredentialRequest,
  type SchemasDigest,
  type TenantId,
  type TenantSettings,
  type TenantState,
  type TokenId,
} from '@muster/contracts';
import type { Logger } from '@muster/service';
import { DirectoryUnreachableError, type DirectoryClient } from '../directory-client/directory-client.js';
import type { TenantEndpoints } from '../endpoints/tenant-endpoints.js';
import type { Credential, CredentialDirectory, Resolution } from './credential.js';

type Json = Readonly<Record<string, unknown>>;

const REASONS = ['unknown', 'expired', 'revoked'] as const;
const STATES: readonly TenantState[] = ['active', 'paused', 'deleting'];

/** What the directory says of a token by itself: the tenant's schemas by their name, not yet what they hold. */
export type NamedResolution =
  | Exclude<Resolution, { readonly known: true }>
  | {
      readonly known: true;
      readonly credential: Omit<Credential, 'endpoints'>;
      readonly schemas: SchemasDigest | null;
    };

/** Asks the directory over HTTP. A credential whose schemas cannot be had is not resolved: nobody could read its requests. */
export class HttpCredentialDirectory implements CredentialDirectory {
  constructor(
    private readonly client: DirectoryClient,
    private readonly endpoints: TenantEndpoints,
    private readonly logger: Logger,
  ) {}

  async resolve(tokenHash: string): Promise<Resolution> {
    const request: ResolveCredentialRequest = { tokenHash };
    const named = resolutionFromJson(await this.client.post(directoryPaths.resolveCredential, request));
    if (!named.known) return named;
    const { credential, schemas } = named;
    const { tenantId } = credential;
    try {
      return {
        known: true,
        credential: { ...credential, endpoints: await this.endpoints.of(tenantId, schemas) },
      };
    } catch (error) {
      if (!(error instanceof DirectoryUnreachableError))
        this.logger.error({ err: error, tenantId }, 'the schemas of a tenant cannot be read');
      throw error;
    }
  }
}

/** Parses a `ResolveCredentialResponse`. An answer that cannot be read says nothing about the token: it throws. */
export function resolutionFromJson(value: unknown): NamedResolution {
  const answer = objectOf(value);
  if (answer.known === false)
    return { known: false, reason: REASONS.find((each) => each === answer.reason) ?? 'unknown' };
  const tenant = objectOf(answer.tenant);
  const tokenId = parseUuid<TokenId>(answer.tokenId);
  const tenantId = parseUuid<TenantId>(tenant.tenantId);
  const state = STATES.find((each) => each === tenant.state);
  if (answer.known !== true || tokenId === null || tenantId === null || state === undefined)
    throw unreadable();
  return {
    known: true,
    credential: {
      tokenId,
      tenantId,
      state,
      domainPolicy: domainPolicyOf(tenant.domainPolicy),
      settings: settingsOf(tenant.settings),
    },
    schemas: schemasOf(tenant.schemas),
  };
}

/** A directory that does not know of schemas yet says nothing of them. */
function schemasOf(value: unknown): SchemasDigest | null {
  if (value === undefined || value === null) return null;
  const digest = parseSchemasDigest(value);
  if (digest === null) throw unreadable();
  return digest;
}

/** An unreadable policy accepts no domain at all: closed rather than open. */
function domainPolicyOf(value: unknown): DomainPolicy {
  const policy = objectOf(value);
  if (policy.kind === 'any') return { kind: 'any' };
  const domains = Array.isArray(policy.domains) ? policy.domains : [];
  return { kind: 'registered', domains: domains.filter((domain) => typeof domain === 'string') };
}

/** A setting that the directory does not know yet, or not any more, has its default. */
function settingsOf(value: unknown): TenantSettings {
  const given = objectOf(value);
  const settings: Record<string, unknown> = { ...defaultTenantSettings };
  for (const [name, byDefault] of Object.entries(defaultTenantSettings)) {
    if (Object.hasOwn(given, name) && typeof given[name] === typeof byDefault) settings[name] = given[name];
  }
  return settings as unknown as TenantSettings;
}

function objectOf(value: unknown): Json {
  if (typeof value !== 'object' || value === null) throw unreadable();
  return value as Json;
}

function unreadable(): Error {
  return new DirectoryUnreachableError('the directory answered something that is not a credential');
}
