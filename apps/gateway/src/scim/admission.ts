import { spanNames, tracer } from '@muster/telemetry';
import { authenticate } from '../credentials/authenticate.js';
import type { CredentialCache } from '../credentials/credential-cache.js';
import type { Credential } from '../credentials/credential.js';
import type { Endpoint } from '../endpoints/endpoint.js';
import type { Endpoints } from '../endpoints/endpoints.js';
import type { TenantRates } from '../limits/tenant-rates.js';
import { Refusal } from '../refusals/refusal.js';
import type { Exchange } from './http/exchange.js';

/** Which of its endpoints a request is for, once it is known whose it is; undefined where the tenant has no such. */
export type EndpointChoice = (endpoints: Endpoints) => Endpoint | undefined;

export interface Admitted {
  readonly credential: Credential;
  readonly endpoint: Endpoint;
}

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

  /** Throws as `admit` does, and 404 where the tenant has no such endpoint: another tenant's are nothing to it. */
  async admitTo(exchange: Exchange, choose: EndpointChoice): Promise<Admitted> {
    const credential = await this.admit(exchange);
    const endpoint = choose(credential.endpoints);
    if (endpoint === undefined) throw nothingHere();
    return { credential, endpoint };
  }

  /** A request that asks for many things costs as many, one of which it was admitted for; all of a bucket is enough. Throws 429. */
  charge({ tenantId, settings }: Credential, things: number): void {
    const more = Math.min(things, settings.requestBurstMax) - 1;
    if (more > 0) this.rates.take(tenantId, settings, more);
  }
}

/** 404 for an address at which nothing is served. */
export function nothingHere(): Refusal {
  return new Refusal('not_found', { detail: 'There is nothing at this address. Check the tenant URL.' });
}
