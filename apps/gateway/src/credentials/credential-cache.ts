import type { CounterOf, Metrics } from '@muster/telemetry';
import { Refusal } from '../refusals/refusal.js';
import { BoundedCache } from './bounded-cache.js';
import type { CredentialDirectory, Resolution } from './credential.js';

/** A revoked token stops working everywhere within 5 s: 3 s here, the rest for the way. Milliseconds. */
export const CREDENTIAL_TTL_MS_MAX = 3_000;

const ENTRIES_MAX = 10_000;
const LOOKUPS_MAX = 256;
const RETRY_AFTER_SECONDS = 2;

/**
 * Remembers what the directory said of a token, "unknown" included, for 3 s from the moment it was asked. One look-up at a
 * time per token, a bounded number of look-ups in all. Known and unknown tokens are kept apart, so that a flood of invented
 * tokens cannot push the real ones out.
 */
export class CredentialCache {
  private readonly known = new BoundedCache<Resolution>(ENTRIES_MAX);
  private readonly unknown = new BoundedCache<Resolution>(ENTRIES_MAX);
  private readonly lookUps = new Map<string, Promise<Resolution>>();
  private readonly hits: CounterOf<'auth_cache_hits_total'>;
  private readonly asked: CounterOf<'auth_lookups_total'>;

  constructor(
    private readonly directory: CredentialDirectory,
    metrics: Metrics,
    private readonly nowMs: () => number,
  ) {
    this.hits = metrics.counter('auth_cache_hits_total');
    this.asked = metrics.counter('auth_lookups_total');
  }

  /** Rejects with 503 when the directory cannot be asked: a connector would take 401 for wrong credentials. */
  resolve(tokenHash: string): Resolution | Promise<Resolution> {
    const nowMs = this.nowMs();
    const cached = this.known.get(tokenHash, nowMs) ?? this.unknown.get(tokenHash, nowMs);
    if (cached !== undefined) {
      this.hits.inc({ result: cached.known ? 'known' : 'unknown' });
      return cached;
    }
    const underWay = this.lookUps.get(tokenHash);
    if (underWay !== undefined) return underWay;
    if (this.lookUps.size >= LOOKUPS_MAX)
      throw new Refusal('overloaded', { retryAfterSeconds: RETRY_AFTER_SECONDS });
    const lookUp = this.lookUp(tokenHash, nowMs).finally(() => this.lookUps.delete(tokenHash));
    this.lookUps.set(tokenHash, lookUp);
    return lookUp;
  }

  private async lookUp(tokenHash: string, askedAtMs: number): Promise<Resolution> {
    let resolution: Resolution;
    try {
      resolution = await this.directory.resolve(tokenHash);
    } catch {
      this.asked.inc({ result: 'failed' });
      throw new Refusal('directory_unavailable', { retryAfterSeconds: RETRY_AFTER_SECONDS });
    }
    this.asked.inc({ result: resolution.known ? 'known' : resolution.reason });
    const cache = resolution.known ? this.known : this.unknown;
    cache.set(tokenHash, resolution, askedAtMs + CREDENTIAL_TTL_MS_MAX, this.nowMs());
    return resolution;
  }
}
