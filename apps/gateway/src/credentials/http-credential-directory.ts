import {
  defaultTenantSettings,
  directoryPaths,
  parseUuid,
  type DomainPolicy,
  type ResolveCredentialRequest,
  type TenantId,
  type TenantSettings,
  type TenantState,
  type TokenId,
} from '@muster/contracts';
import { DirectoryUnreachableError, type DirectoryClient } from '../directory-client/directory-client.js';
import type { CredentialDirectory, Resolution } from './credential.js';

type Json = Readonly<Record<string, unknown>>;

const REASONS = ['unknown', 'expired', 'revoked'] as const;
const STATES: readonly TenantState[] = ['active', 'paused', 'deleting'];

/** Asks the directory over HTTP. */
export class HttpCredentialDirectory implements CredentialDirectory {
  constructor(private readonly client: DirectoryClient) {}

  async resolve(tokenHash: string): Promise<Resolution> {
    const request: ResolveCredentialRequest = { tokenHash };
    return resolutionFromJson(await this.client.post(directoryPaths.resolveCredential, request));
  }
}

/** Parses a `ResolveCredentialResponse`. An answer that cannot be read says nothing about the token: it throws. */
export function resolutionFromJson(value: unknown): Resolution {
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
  };
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
