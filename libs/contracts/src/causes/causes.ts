/**
 * The one catalogue of why provisioning fails. Each cause keeps its key for ever; the same row feeds the SCIM error, the
 * activity log, the mail, the console and the runbook. `detail` is written for a tenant admin: identity providers show it
 * verbatim. SCIM error types are those of RFC 7644 section 3.12, table 9.
 */
export type FixableBy = 'tenant-admin' | 'identity-provider-admin' | 'operator' | 'nobody';

export interface CauseDefinition {
  readonly key: string;
  readonly status: 400 | 401 | 403 | 404 | 405 | 409 | 412 | 413 | 415 | 429 | 500 | 501 | 503;
  readonly scimType?: string;
  /** Text with `{placeholders}`; a caller may give a more exact text instead. */
  readonly detail: string;
  readonly remedy: string;
  readonly fixableBy: FixableBy;
  /** Comes again by itself, without anybody's hand, once its reason is gone. */
  readonly retriedByIdentityProvider: boolean;
  /** A mail is owed to the tenant's admin. Causes without it are counted and kept in the activity log only. */
  readonly notifies: boolean;
  /** Page in `docs/runbook/`. */
  readonly runbook: string;
}

function cause<const Key extends string>(definition: CauseDefinition & { key: Key }): CauseDefinition & { key: Key } {
  return Object.freeze(definition);
}

const definitions = [
  cause({
    key: 'domain_not_registered',
    status: 400,
    scimType: 'invalidValue',
    detail:
      'The domain "{domain}" of this user name is not registered for this tenant. Register the domain in the admin console under Domains, or correct the user name.',
    remedy: 'Register the domain under Domains, or correct the user name at the identity provider.',
    fixableBy: 'tenant-admin',
    retriedByIdentityProvider: true,
    notifies: true,
    runbook: 'rejections.md',
  }),
  cause({
    key: 'duplicate_username',
    status: 409,
    scimType: 'uniqueness',
    detail: 'Another user of this tenant (id {holder}) already has this userName. Rename one of the two, or match on userName.',
    remedy: 'Rename one of the two users, or let the identity provider match on userName.',
    fixableBy: 'tenant-admin',
    retriedByIdentityProvider: true,
    notifies: true,
    runbook: 'rejections.md',
  }),
  cause({
    key: 'duplicate_external_id',
    status: 409,
    scimType: 'uniqueness',
    detail: 'Another resource of this tenant (id {holder}) already has this externalId.',
    remedy: 'Map externalId to an attribute that is unique, such as the object id.',
    fixableBy: 'identity-provider-admin',
    retriedByIdentityProvider: true,
    notifies: true,
    runbook: 'rejections.md',
  }),
  cause({
    key: 'duplicate_display_name',
    status: 409,
    scimType: 'uniqueness',
    detail: 'Another group of this tenant (id {holder}) already has this displayName.',
    remedy: 'Rename one of the two groups, or allow equal display names in the tenant settings.',
    fixableBy: 'tenant-admin',
    retriedByIdentityProvider: true,
    notifies: true,
    runbook: 'rejections.md',
  }),
  cause({
    key: 'missing_required',
    status: 400,
    scimType: 'invalidValue',
    detail: 'A required attribute is missing. Map it at the identity provider.',
    remedy: 'Map the attribute that the message names at the identity provider.',
    fixableBy: 'identity-provider-admin',
    retriedByIdentityProvider: true,
    notifies: true,
    runbook: 'rejections.md',
  }),
  cause({
    key: 'invalid_value',
    status: 400,
    scimType: 'invalidValue',
    detail: 'A value is not valid for its attribute.',
    remedy: 'Correct the value or its mapping at the identity provider.',
    fixableBy: 'identity-provider-admin',
    retriedByIdentityProvider: true,
    notifies: true,
    runbook: 'rejections.md',
  }),
  cause({
    key: 'unknown_member',
    status: 400,
    scimType: 'invalidValue',
    detail: 'Member {member} is neither a user nor a group of this tenant.',
    remedy: 'Provision the member first, or restart provisioning so that the identity provider matches again.',
    fixableBy: 'identity-provider-admin',
    retriedByIdentityProvider: true,
    notifies: true,
    runbook: 'rejections.md',
  }),
  cause({
    key: 'invalid_syntax',
    status: 400,
    scimType: 'invalidSyntax',
    detail: 'The request body is not a valid SCIM message.',
    remedy: 'Report the request id to support; the identity provider sends something that SCIM does not allow.',
    fixableBy: 'operator',
    retriedByIdentityProvider: false,
    notifies: true,
    runbook: 'rejections.md',
  }),
  cause({
    key: 'invalid_path',
    status: 400,
    scimType: 'invalidPath',
    detail: 'The path of a PATCH operation is not valid.',
    remedy: 'Correct the target attribute of the mapping at the identity provider.',
    fixableBy: 'identity-provider-admin',
    retriedByIdentityProvider: false,
    notifies: true,
    runbook: 'rejections.md',
  }),
  cause({
    key: 'no_target',
    status: 400,
    scimType: 'noTarget',
    detail: 'The path of a PATCH operation matches nothing.',
    remedy: 'Restart provisioning so that the identity provider reads the resource again.',
    fixableBy: 'identity-provider-admin',
    retriedByIdentityProvider: true,
    notifies: true,
    runbook: 'rejections.md',
  }),
  cause({
    key: 'mutability',
    status: 400,
    scimType: 'mutability',
    detail: 'An attribute that may not be changed would be changed.',
    remedy: 'Remove the mapping of the attribute that the message names.',
    fixableBy: 'identity-provider-admin',
    retriedByIdentityProvider: false,
    notifies: true,
    runbook: 'rejections.md',
  }),
  cause({
    key: 'invalid_filter',
    status: 400,
    scimType: 'invalidFilter',
    detail: 'The filter is not valid or not supported.',
    remedy: 'Correct the matching attribute at the identity provider.',
    fixableBy: 'identity-provider-admin',
    retriedByIdentityProvider: false,
    notifies: false,
    runbook: 'rejections.md',
  }),
  cause({
    key: 'sensitive',
    status: 403,
    scimType: 'sensitive',
    detail: 'This attribute may not be used in a filter in the URL.',
    remedy: 'Do not filter on secrets.',
    fixableBy: 'identity-provider-admin',
    retriedByIdentityProvider: false,
    notifies: false,
    runbook: 'rejections.md',
  }),
  cause({
    key: 'too_many',
    status: 400,
    scimType: 'tooMany',
    detail: 'The request asks for more than the limits allow.',
    remedy: 'Send smaller requests; the message names the limit.',
    fixableBy: 'identity-provider-admin',
    retriedByIdentityProvider: false,
    notifies: false,
    runbook: 'rejections.md',
  }),
  cause({
    key: 'not_found',
    status: 404,
    detail: 'Resource {id} does not exist.',
    remedy: 'Restart provisioning at the identity provider so that it matches the resource again.',
    fixableBy: 'identity-provider-admin',
    retriedByIdentityProvider: true,
    notifies: true,
    runbook: 'rejections.md',
  }),
  cause({
    key: 'version_conflict',
    status: 412,
    detail: 'The resource was changed by someone else: its version is {version}. Read it again and repeat the change.',
    remedy: 'Nothing to do: the client reads the resource again.',
    fixableBy: 'nobody',
    retriedByIdentityProvider: true,
    notifies: false,
    runbook: 'rejections.md',
  }),
  cause({
    key: 'too_large',
    status: 413,
    detail: 'The request body is larger than {limit} bytes.',
    remedy: 'Send smaller requests, for example fewer members in one.',
    fixableBy: 'identity-provider-admin',
    retriedByIdentityProvider: false,
    notifies: true,
    runbook: 'rejections.md',
  }),
  cause({
    key: 'unsupported_media_type',
    status: 415,
    detail: 'The body must be application/scim+json or application/json.',
    remedy: 'Set the content type of the client.',
    fixableBy: 'identity-provider-admin',
    retriedByIdentityProvider: false,
    notifies: false,
    runbook: 'rejections.md',
  }),
  cause({
    key: 'token_missing',
    status: 401,
    detail: 'There is no bearer token. Paste the tenant\'s secret token into the identity provider.',
    remedy: 'Paste the secret token into the identity provider.',
    fixableBy: 'tenant-admin',
    retriedByIdentityProvider: true,
    notifies: false,
    runbook: 'credentials.md',
  }),
  cause({
    key: 'token_malformed',
    status: 401,
    detail: 'The bearer token is cut short or mistyped: its checksum does not fit. Paste the whole token.',
    remedy: 'Paste the whole secret token into the identity provider.',
    fixableBy: 'tenant-admin',
    retriedByIdentityProvider: true,
    notifies: false,
    runbook: 'credentials.md',
  }),
  cause({
    key: 'token_invalid',
    status: 401,
    detail: 'The bearer token is not known, expired or revoked. Create a new token and paste it into the identity provider.',
    remedy: 'Create a new token and paste it into the identity provider.',
    fixableBy: 'tenant-admin',
    retriedByIdentityProvider: true,
    notifies: false,
    runbook: 'credentials.md',
  }),
  cause({
    key: 'token_revoked',
    status: 401,
    detail: 'The bearer token was revoked or expired before this change was stored. Create a new token and paste it into the identity provider.',
    remedy: 'Create a new token and paste it into the identity provider.',
    fixableBy: 'tenant-admin',
    retriedByIdentityProvider: true,
    notifies: true,
    runbook: 'credentials.md',
  }),
  cause({
    key: 'tenant_paused',
    status: 403,
    detail: 'Provisioning is paused for this tenant. Resume it in the admin console.',
    remedy: 'Resume the tenant in the admin console.',
    fixableBy: 'tenant-admin',
    retriedByIdentityProvider: true,
    notifies: false,
    runbook: 'credentials.md',
  }),
  cause({
    key: 'rate_limited',
    status: 429,
    detail: 'Too many requests. Wait as long as the Retry-After header says.',
    remedy: 'Nothing to do: the identity provider waits and repeats.',
    fixableBy: 'nobody',
    retriedByIdentityProvider: true,
    notifies: false,
    runbook: 'overload.md',
  }),
  cause({
    key: 'overloaded',
    status: 503,
    detail: 'The service is busy. Nothing was changed; repeat the request after the time in the Retry-After header.',
    remedy: 'Nothing to do: the identity provider repeats the request.',
    fixableBy: 'operator',
    retriedByIdentityProvider: true,
    notifies: false,
    runbook: 'overload.md',
  }),
  cause({
    key: 'directory_unavailable',
    status: 503,
    detail: 'The directory cannot be reached. Nothing was changed; repeat the request after the time in the Retry-After header.',
    remedy: 'Nothing to do for the tenant; the operator is alerted.',
    fixableBy: 'operator',
    retriedByIdentityProvider: true,
    notifies: false,
    runbook: 'write-path.md',
  }),
  cause({
    key: 'queue_unavailable',
    status: 503,
    detail: 'The request could not be queued. It may be repeated after the time in the Retry-After header.',
    remedy: 'Nothing to do for the tenant; the operator is alerted.',
    fixableBy: 'operator',
    retriedByIdentityProvider: true,
    notifies: true,
    runbook: 'write-path.md',
  }),
  cause({
    key: 'not_applied_in_time',
    status: 503,
    detail: 'The change was not applied in time and was withdrawn: nothing was changed. Repeat it after the time in the Retry-After header.',
    remedy: 'Nothing to do: the identity provider repeats the request.',
    fixableBy: 'operator',
    retriedByIdentityProvider: true,
    notifies: true,
    runbook: 'write-path.md',
  }),
  cause({
    key: 'outcome_unknown',
    status: 503,
    detail: 'It is not known yet whether the change was applied. Repeating the request is safe: it takes effect once.',
    remedy: 'Nothing to do: the identity provider repeats the request.',
    fixableBy: 'operator',
    retriedByIdentityProvider: true,
    notifies: true,
    runbook: 'write-path.md',
  }),
  cause({
    key: 'store_failed',
    status: 500,
    detail: 'The change could not be stored because of an internal error. The operator can find it by its request id.',
    remedy: 'Give the request id to the operator.',
    fixableBy: 'operator',
    retriedByIdentityProvider: true,
    notifies: true,
    runbook: 'write-path.md',
  }),
  cause({
    key: 'internal_error',
    status: 500,
    detail: 'An internal error happened. The operator can find it by its request id.',
    remedy: 'Give the request id to the operator.',
    fixableBy: 'operator',
    retriedByIdentityProvider: true,
    notifies: false,
    runbook: 'write-path.md',
  }),
  cause({
    key: 'method_not_allowed',
    status: 405,
    detail: 'This method is not allowed here.',
    remedy: 'Use one of the methods in the Allow header.',
    fixableBy: 'identity-provider-admin',
    retriedByIdentityProvider: false,
    notifies: false,
    runbook: 'rejections.md',
  }),
  cause({
    key: 'not_implemented',
    status: 501,
    detail: 'This part of SCIM is not offered here.',
    remedy: 'See the service provider configuration for what is offered.',
    fixableBy: 'identity-provider-admin',
    retriedByIdentityProvider: false,
    notifies: false,
    runbook: 'rejections.md',
  }),
] as const;

export type CauseKey = (typeof definitions)[number]['key'];

/** All causes by key, in the order of the reference page. */
export const causes: ReadonlyMap<CauseKey, CauseDefinition> = new Map(definitions.map((each) => [each.key, each]));

export function isCauseKey(value: unknown): value is CauseKey {
  return typeof value === 'string' && causes.has(value as CauseKey);
}

export function causeOf(key: CauseKey): CauseDefinition {
  const found = causes.get(key);
  if (found === undefined) throw new Error(`cause ${key} is not in the catalogue`);
  return found;
}

const PARAMETER_LENGTH_MAX = 200;

/** The text for people: placeholders filled, each value bounded, unknown placeholders left out. */
export function causeDetail(key: CauseKey, parameters: ReadonlyMap<string, string> = new Map()): string {
  return causeOf(key).detail.replaceAll(/\{(\w+)\}/g, (_, name: string) => (parameters.get(name) ?? '').slice(0, PARAMETER_LENGTH_MAX));
}
