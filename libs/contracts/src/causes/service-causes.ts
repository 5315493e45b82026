import { causeTable } from './cause-definition.js';

/** Who asks, and whether the tenant may provision now. */
export const credentialCauses = causeTable('credentials.md', [
  {
    key: 'token_missing',
    status: 401,
    detail: "There is no bearer token. Paste the tenant's secret token into the identity provider.",
    remedy: 'Paste the secret token into the identity provider.',
    fixableBy: 'tenant-admin',
    retriedByIdentityProvider: true,
    notifies: false,
  },
  {
    key: 'token_malformed',
    status: 401,
    detail: 'The bearer token is cut short or mistyped: its checksum does not fit. Paste the whole token.',
    remedy: 'Paste the whole secret token into the identity provider.',
    fixableBy: 'tenant-admin',
    retriedByIdentityProvider: true,
    notifies: false,
  },
  {
    key: 'token_invalid',
    status: 401,
    detail:
      'The bearer token is not known, expired or revoked. Create a new token and paste it into the identity provider.',
    remedy: 'Create a new token and paste it into the identity provider.',
    fixableBy: 'tenant-admin',
    retriedByIdentityProvider: true,
    notifies: false,
  },
  {
    key: 'token_revoked',
    status: 401,
    detail:
      'The bearer token was revoked or expired before this change was stored. Create a new token and paste it into the identity provider.',
    remedy: 'Create a new token and paste it into the identity provider.',
    fixableBy: 'tenant-admin',
    retriedByIdentityProvider: true,
    notifies: true,
  },
  {
    key: 'tenant_paused',
    status: 403,
    detail: 'Provisioning is paused for this tenant. It goes on once the tenant is resumed.',
    remedy: 'Resume the tenant.',
    fixableBy: 'tenant-admin',
    retriedByIdentityProvider: true,
    notifies: false,
  },
]);

/** More work than the limits allow; nothing is broken. */
export const overloadCauses = causeTable('overload.md', [
  {
    key: 'rate_limited',
    status: 429,
    detail: 'Too many requests. Wait as long as the Retry-After header says.',
    remedy: 'Nothing to do: the identity provider waits and repeats.',
    fixableBy: 'nobody',
    retriedByIdentityProvider: true,
    notifies: false,
  },
  {
    key: 'overloaded',
    status: 503,
    detail:
      'The service is busy. Nothing was changed; repeat the request after the time in the Retry-After header.',
    remedy: 'Nothing to do: the identity provider repeats the request.',
    fixableBy: 'operator',
    retriedByIdentityProvider: true,
    notifies: false,
  },
]);

/** A part of the write path failed; the tenant did nothing wrong. */
export const writePathCauses = causeTable('write-path.md', [
  {
    key: 'directory_unavailable',
    status: 503,
    detail:
      'The directory cannot be reached. Nothing was changed; repeat the request after the time in the Retry-After header.',
    remedy: 'Nothing to do for the tenant; the operator is alerted.',
    fixableBy: 'operator',
    retriedByIdentityProvider: true,
    notifies: false,
  },
  {
    key: 'queue_unavailable',
    status: 503,
    detail: 'The request could not be queued. It may be repeated after the time in the Retry-After header.',
    remedy: 'Nothing to do for the tenant; the operator is alerted.',
    fixableBy: 'operator',
    retriedByIdentityProvider: true,
    notifies: true,
  },
  {
    key: 'not_applied_in_time',
    status: 503,
    detail:
      'The change was not applied in time and was withdrawn: nothing was changed. Repeat it after the time in the Retry-After header.',
    remedy: 'Nothing to do: the identity provider repeats the request.',
    fixableBy: 'operator',
    retriedByIdentityProvider: true,
    notifies: true,
  },
  {
    key: 'outcome_unknown',
    status: 503,
    detail:
      'It is not known yet whether the change was applied. Repeating the request is safe: it takes effect once.',
    remedy: 'Nothing to do: the identity provider repeats the request.',
    fixableBy: 'operator',
    retriedByIdentityProvider: true,
    notifies: true,
  },
  {
    key: 'store_failed',
    status: 500,
    detail:
      'The change could not be stored because of an internal error. The operator can find it by its request id.',
    remedy: 'Give the request id to the operator.',
    fixableBy: 'operator',
    retriedByIdentityProvider: true,
    notifies: true,
  },
  {
    key: 'internal_error',
    status: 500,
    detail: 'An internal error happened. The operator can find it by its request id.',
    remedy: 'Give the request id to the operator.',
    fixableBy: 'operator',
    retriedByIdentityProvider: true,
    notifies: false,
  },
]);
