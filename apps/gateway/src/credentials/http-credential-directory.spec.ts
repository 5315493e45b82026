import { describe, expect, it } from '@jest/globals';
import { defaultTenantSettings } from '@muster/contracts';
import { TENANT_A, TOKEN_A } from '../testing/sample-commands.js';
import { resolutionFromJson } from './http-credential-directory.js';

const tenant = {
  tenantId: TENANT_A,
  name: 'Contoso',
  state: 'active',
  domainPolicy: { kind: 'any' },
  settings: {},
};

describe('resolutionFromJson', () => {
  it('fills settings that the directory does not name with their defaults, and drops those it cannot know', () => {
    const settings = { requestsPerSecondMax: 7, patchUserReturnsBody: 'yes', madeUp: true };
    expect(
      resolutionFromJson({ known: true, tokenId: TOKEN_A, tenant: { ...tenant, settings } }),
    ).toMatchObject({
      known: true,
      credential: { settings: { ...defaultTenantSettings, requestsPerSecondMax: 7 } },
    });
  });

  it('accepts no domain at all when the policy cannot be read', () => {
    const domainPolicy = { kind: 'whatever', domains: ['contoso.test', 4] };
    expect(
      resolutionFromJson({ known: true, tokenId: TOKEN_A, tenant: { ...tenant, domainPolicy } }),
    ).toMatchObject({
      credential: { domainPolicy: { kind: 'registered', domains: ['contoso.test'] } },
    });
    expect(
      resolutionFromJson({ known: true, tokenId: TOKEN_A, tenant: { ...tenant, domainPolicy: {} } }),
    ).toMatchObject({
      credential: { domainPolicy: { kind: 'registered', domains: [] } },
    });
  });

  it('passes on why a token is not known', () => {
    expect(resolutionFromJson({ known: false, reason: 'revoked' })).toEqual({
      known: false,
      reason: 'revoked',
    });
    expect(resolutionFromJson({ known: false, reason: 'something new' })).toEqual({
      known: false,
      reason: 'unknown',
    });
  });

  it('names the schemas of the tenant, where it has some', () => {
    const schemas = 'ab'.repeat(32);
    const resolved = (given: object) =>
      resolutionFromJson({ known: true, tokenId: TOKEN_A, tenant: { ...tenant, ...given } });
    expect(resolved({ schemas })).toMatchObject({ schemas });
    expect(resolved({ schemas: null })).toMatchObject({ schemas: null });
    expect(resolved({})).toMatchObject({ schemas: null });
  });

  it.each([
    null,
    {},
    { known: 'yes' },
    { known: true, tokenId: 'x', tenant },
    { known: true, tokenId: TOKEN_A },
    { known: true, tokenId: TOKEN_A, tenant: { ...tenant, state: 'resting' } },
    { known: true, tokenId: TOKEN_A, tenant: { ...tenant, schemas: 'none of ours' } },
  ])('takes %j for no answer at all, rather than for an unknown token', (answer) => {
    expect(() => resolutionFromJson(answer)).toThrow('not a credential');
  });
});
