import { spanNames, tracer } from '@muster/telemetry';
import { authenticate } from '../credentials/authenticate.js';
import type { CredentialCache } from '../credentials/credential-cache.js';
import type { Credential } from '../credentials/credential.js';
import type { TenantRates } from '../limits/tenant-rates.js';
import type { Exchange } from './http/exchange.js';

/** The first steps of every request, before anything of it is read. */
export class Admission {
  constructor(
    private readonly credentials: CredentialCache,
    private readonly rates: TenantRates,
  ) {}

  /** Throws 401, 403, 429 or 503. */
  async admit(exchange: Exchange): Promise<Credential> {
    const { authorization } = exchange.request.headers;
    const credential = await tracer.withSpan(spanNames.authenticate, { parent: exchange.trace }, () =>
      authenticate(authorization, this.credentials),
    );
    exchange.credential = credential;
    this.rates.take(credential.tenantId, credential.settings);
    return credential;
  }

  /** A request that asks for many things costs as many, one of which it was admitted for; all of a bucket is enough. Throws 429. */
  charge({ tenantId, settings }: Credential, things: number): void {
    const more = Math.min(things, settings.requestBurstMax) - 1;
    if (more > 0) this.rates.take(tenantId, settings, more);
  }
}
