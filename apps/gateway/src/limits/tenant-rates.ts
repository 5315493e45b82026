import type { TenantId, TenantSettings } from '@muster/contracts';
import type { CounterOf, Metrics } from '@muster/telemetry';
import { Refusal } from '../refusals/refusal.js';
import { TokenBucket } from './token-bucket.js';

const TENANTS_MAX = 10_000;
const RETRY_AFTER_SECONDS_MAX = 60;

/** One bucket per tenant and gateway: a tenant that floods is slowed down, its neighbours are not. */
export class TenantRates {
  private readonly buckets = new Map<TenantId, TokenBucket>();
  private readonly limited: CounterOf<'rate_limited_total'>;

  constructor(
    metrics: Metrics,
    private readonly nowMs: () => number,
  ) {
    this.limited = metrics.counter('rate_limited_total');
  }

  /** Takes so many requests from the tenant's bucket; throws 429 with `Retry-After` when they are not there. */
  take(tenantId: TenantId, settings: TenantSettings, count = 1): void {
    const nowMs = this.nowMs();
    const waitMs = this.bucketOf(tenantId, settings, nowMs).take(nowMs, count);
    if (waitMs === 0) return;
    this.limited.inc({});
    const seconds = Math.min(RETRY_AFTER_SECONDS_MAX, Math.max(1, Math.ceil(waitMs / 1_000)));
    throw new Refusal('rate_limited', { retryAfterSeconds: seconds });
  }

  private bucketOf(tenantId: TenantId, settings: TenantSettings, nowMs: number): TokenBucket {
    const { requestsPerSecondMax, requestBurstMax } = settings;
    const existing = this.buckets.get(tenantId);
    if (existing?.fits(requestsPerSecondMax, requestBurstMax)) return existing;
    const bucket = new TokenBucket(requestsPerSecondMax, requestBurstMax, nowMs);
    if (existing === undefined && this.buckets.size >= TENANTS_MAX) this.forgetOldest();
    this.buckets.set(tenantId, bucket);
    return bucket;
  }

  /** The oldest bucket starts full again if its tenant comes back: too kind rather than unbounded. */
  private forgetOldest(): void {
    for (const oldest of this.buckets.keys()) {
      this.buckets.delete(oldest);
      return;
    }
  }
}
