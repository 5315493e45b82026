import { describe, expect, it } from '@jest/globals';
import { hashBearerToken, isWellFormedToken, type TenantId, type TokenId } from '@muster/contracts';
import { TOKEN_LIFETIME_MS_DEFAULT, TOKEN_LIFETIME_MS_MAX, issueToken, tokenHmac } from './access-token.js';

const now = new Date('2026-03-01T00:00:00.000Z');
const request = {
  tokenId: '0192f0c1-0000-7000-8000-000000000001' as TokenId,
  tenantId: '0192f0c1-0000-7000-8000-00000000000a' as TenantId,
  name: 'entra',
  now,
  expiresAt: null,
  pepper: 'a pepper of at least thirty-two characters',
};
const after = (ms: number): Date => new Date(now.getTime() + ms);

describe('issueToken', () => {
  it('makes a whole token that lives for a year and leaves nothing of itself behind', () => {
    const { token, secret, hmac } = issueToken(request);
    expect(isWellFormedToken(secret)).toBe(true);
    expect(token).toEqual({
      tokenId: request.tokenId,
      tenantId: request.tenantId,
      name: 'entra',
      hint: secret.slice(-4),
      createdAt: now,
      expiresAt: after(TOKEN_LIFETIME_MS_DEFAULT),
      revokedAt: null,
      lastUsedAt: null,
    });
    expect(hmac).toEqual(tokenHmac(request.pepper, hashBearerToken(secret)));
    expect(hmac).not.toEqual(tokenHmac('another pepper', hashBearerToken(secret)));
  });

  it('never makes the same token twice', () => {
    expect(issueToken(request).secret).not.toBe(issueToken(request).secret);
  });

  it.each([[1], [TOKEN_LIFETIME_MS_MAX]])('lets a token live for %i ms', (ms) => {
    expect(issueToken({ ...request, expiresAt: after(ms) }).token.expiresAt).toEqual(after(ms));
  });

  it.each([[0], [-1], [TOKEN_LIFETIME_MS_MAX + 1], [Number.NaN]])('refuses a life of %p ms', (ms) => {
    expect(() => issueToken({ ...request, expiresAt: after(ms) })).toThrow(RangeError);
  });
});
