import { beforeEach, describe, expect, it } from '@jest/globals';
import { defaultTenantSettings, generateBearerToken, hashBearerToken } from '@muster/contracts';
import { createMetrics } from '@muster/telemetry';
import { standardEndpoints } from '../endpoints/endpoints.js';
import { ManualClock } from '../testing/manual-clock.js';
import { TENANT_A, TOKEN_A } from '../testing/sample-commands.js';
import { authenticate } from './authenticate.js';
import { CREDENTIAL_TTL_MS_MAX, CredentialCache } from './credential-cache.js';
import type { CredentialDirectory, Resolution } from './credential.js';

const known: Resolution = {
  known: true,
  credential: {
    tokenId: TOKEN_A,
    tenantId: TENANT_A,
    state: 'active',
    domainPolicy: { kind: 'any' },
    settings: defaultTenantSettings,
    endpoints: standardEndpoints,
  },
};

class ScriptedDirectory implements CredentialDirectory {
  asked: string[] = [];
  answer: Resolution | Error = known;
  pause: Promise<void> | undefined;

  async resolve(tokenHash: string): Promise<Resolution> {
    this.asked.push(tokenHash);
    await this.pause;
    if (this.answer instanceof Error) throw this.answer;
    return this.answer;
  }
}

describe('CredentialCache', () => {
  let clock: ManualClock;
  let directory: ScriptedDirectory;
  let cache: CredentialCache;

  beforeEach(() => {
    clock = new ManualClock();
    directory = new ScriptedDirectory();
    cache = new CredentialCache(directory, createMetrics('test', { processMetrics: false }), clock.now);
  });

  it('asks once within three seconds and again after them', async () => {
    await cache.resolve('h');
    clock.advance(CREDENTIAL_TTL_MS_MAX - 1);
    await cache.resolve('h');
    expect(directory.asked).toHaveLength(1);
    clock.advance(1);
    await cache.resolve('h');
    expect(directory.asked).toHaveLength(2);
  });

  it('counts the three seconds from the question, not from the answer', async () => {
    const pause = Promise.withResolvers<void>();
    directory.pause = pause.promise;
    const first = cache.resolve('h');
    clock.advance(2_000);
    pause.resolve();
    await first;
    clock.advance(1_000);
    await cache.resolve('h');
    expect(directory.asked).toHaveLength(2);
  });

  it('remembers an unknown token for no longer than a known one', async () => {
    directory.answer = { known: false, reason: 'unknown' };
    await cache.resolve('h');
    expect(await cache.resolve('h')).toEqual({ known: false, reason: 'unknown' });
    expect(directory.asked).toHaveLength(1);
    directory.answer = known;
    clock.advance(CREDENTIAL_TTL_MS_MAX);
    expect(await cache.resolve('h')).toEqual(known);
  });

  it('asks once for callers that come at the same time', async () => {
    const pause = Promise.withResolvers<void>();
    directory.pause = pause.promise;
    const all = Promise.all([cache.resolve('h'), cache.resolve('h'), cache.resolve('h')]);
    pause.resolve();
    expect(await all).toEqual([known, known, known]);
    expect(directory.asked).toEqual(['h']);
  });

  it('answers 503 and serves nothing old when the directory is away', async () => {
    await cache.resolve('h');
    clock.advance(CREDENTIAL_TTL_MS_MAX);
    directory.answer = new Error('refused');
    await expect(cache.resolve('h')).rejects.toMatchObject({
      causeKey: 'directory_unavailable',
      status: 503,
      retryAfterSeconds: 2,
    });
    directory.answer = known;
    expect(await cache.resolve('h')).toEqual(known);
  });

  it('keeps known tokens through a flood of invented ones', async () => {
    await cache.resolve('real');
    directory.answer = { known: false, reason: 'unknown' };
    for (let i = 0; i < 11_000; i += 1) await cache.resolve(`invented-${i}`);
    const before = directory.asked.length;
    expect(await cache.resolve('real')).toEqual(known);
    expect(directory.asked).toHaveLength(before);
  });

  it('bounds the look-ups under way', async () => {
    directory.pause = new Promise(() => undefined);
    for (let i = 0; i < 256; i += 1) void cache.resolve(`token-${i}`);
    expect(() => cache.resolve('one-more')).toThrow(expect.objectContaining({ causeKey: 'overloaded' }));
  });

  describe('authenticate', () => {
    it('hands out the credential of a known token, asking by its hash', async () => {
      const token = generateBearerToken();
      expect(await authenticate(`Bearer ${token}`, cache)).toMatchObject({ tenantId: TENANT_A });
      expect(directory.asked).toEqual([hashBearerToken(token)]);
    });

    it.each([
      ['no header', undefined, 'token_missing'],
      ['something else', 'Bearer hello', 'token_malformed'],
      ['a token cut short', `Bearer ${generateBearerToken().slice(0, -1)}`, 'token_malformed'],
    ])('refuses %s without a look-up', (_name, header, causeKey) => {
      expect(() => authenticate(header, cache)).toThrow(expect.objectContaining({ causeKey, status: 401 }));
      expect(directory.asked).toEqual([]);
    });

    it.each(['unknown', 'expired', 'revoked'] as const)('refuses a token that is %s', async (reason) => {
      directory.answer = { known: false, reason };
      await expect(authenticate(`Bearer ${generateBearerToken()}`, cache)).rejects.toMatchObject({
        causeKey: 'token_invalid',
        status: 401,
      });
    });

    it.each(['paused', 'deleting'] as const)('refuses a tenant that is %s', async (state) => {
      directory.answer = { known: true, credential: { ...known.credential, state } };
      await expect(authenticate(`Bearer ${generateBearerToken()}`, cache)).rejects.toMatchObject({
        causeKey: 'tenant_paused',
        status: 403,
      });
    });
  });
});
