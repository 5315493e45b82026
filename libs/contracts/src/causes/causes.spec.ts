import { describe, expect, it } from '@jest/globals';
import { ScimError, SCIM_TYPES } from '@muster/scim';
import { causeDetail, causeOf, causes, isCauseKey, type CauseKey } from './causes.js';
import { causeOfScimError } from './scim-cause.js';
import { directoryCauses } from './directory-causes.js';
import { requestCauses } from './request-causes.js';
import { credentialCauses, overloadCauses, writePathCauses } from './service-causes.js';

describe('the catalogue', () => {
  it('has every key once', () => {
    const rows = [directoryCauses, requestCauses, credentialCauses, overloadCauses, writePathCauses].flat();
    expect(causes.size).toBe(rows.length);
  });

  it('keeps the keys that logs, mails and metrics already speak of', () => {
    expect([...causes.keys()]).toEqual(
      expect.arrayContaining([
        'domain_not_registered',
        'duplicate_username',
        'duplicate_external_id',
        'duplicate_display_name',
        'unknown_member',
        'not_found',
        'version_conflict',
        'missing_required',
        'invalid_value',
        'invalid_syntax',
        'invalid_path',
        'no_target',
        'mutability',
        'invalid_filter',
        'sensitive',
        'too_many',
        'too_large',
        'unsupported_media_type',
        'method_not_allowed',
        'not_implemented',
        'token_missing',
        'token_malformed',
        'token_invalid',
        'token_revoked',
        'tenant_paused',
        'rate_limited',
        'overloaded',
        'directory_unavailable',
        'queue_unavailable',
        'not_applied_in_time',
        'outcome_unknown',
        'store_failed',
        'internal_error',
      ]),
    );
  });

  it.each([...causes.values()].map((cause) => [cause.key, cause] as const))(
    '%s is a whole row',
    (key, cause) => {
      expect(key).toMatch(/^[a-z][a-z0-9_]{2,63}$/);
      expect(cause.detail).toMatch(/^[A-Z"].*[.]$/);
      expect(cause.remedy).toMatch(/^[A-Z].*[.]$/);
      expect(Object.isFrozen(cause)).toBe(true);
      if (cause.scimType !== undefined) expect(SCIM_TYPES).toContain(cause.scimType);
      // A client repeats what may succeed later; what can never succeed must not look like it.
      if (cause.status >= 500 && cause.status !== 501) expect(cause.retriedByIdentityProvider).toBe(true);
      // RFC 7644 table 9 gives a type to 400 and 409 of its own; a reference within a bulk request (s3.7.1) has none.
      if (cause.status === 409 && cause.key !== 'unresolved_reference')
        expect(cause.scimType).toBe('uniqueness');
    },
  );

  it('is asked by key', () => {
    expect(causeOf('duplicate_username').status).toBe(409);
    expect(isCauseKey('duplicate_username')).toBe(true);
    for (const other of ['', 'constructor', '__proto__', 1, null, undefined])
      expect(isCauseKey(other)).toBe(false);
    expect(() => causeOf('made_up' as CauseKey)).toThrow('not in the catalogue');
  });
});

describe('causeDetail', () => {
  it('fills the placeholders', () => {
    expect(causeDetail('domain_not_registered', new Map([['domain', 'example.test']]))).toContain(
      '"example.test"',
    );
  });

  it('leaves none of its placeholders in the text, even where a value is not known', () => {
    for (const key of causes.keys()) expect(causeDetail(key)).not.toMatch(/[{}]/);
  });

  it('bounds each value and does not fill a value a second time', () => {
    expect(causeDetail('not_found', new Map([['id', 'x'.repeat(1_000)]])).length).toBeLessThan(300);
    expect(causeDetail('not_found', new Map([['id', '{id}$&']]))).toContain('{id}$&');
  });
});

describe('causeOfScimError', () => {
  it.each(SCIM_TYPES.map((scimType) => [scimType]))('knows %s', (scimType) => {
    expect(causeOfScimError(new ScimError(400, 'x', scimType))).not.toBe('internal_error');
  });

  it.each([
    [404, 'not_found'],
    [405, 'method_not_allowed'],
    [412, 'version_conflict'],
    [413, 'too_large'],
    [501, 'not_implemented'],
    [500, 'internal_error'],
  ])('goes by status %d where there is no type', (status, key) => {
    expect(causeOfScimError(new ScimError(status, 'x'))).toBe(key);
  });

  it('gives each error a cause with its own status', () => {
    for (const status of [400, 401, 403, 404, 405, 412, 413, 415, 501]) {
      expect(causeOf(causeOfScimError(new ScimError(status, 'x'))).status).toBe(status);
    }
  });
});
