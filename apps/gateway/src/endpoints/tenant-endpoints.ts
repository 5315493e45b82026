import {
  RegistrationCache,
  tenantSchemasFromJson,
  type SchemasDigest,
  type TenantId,
} from '@muster/contracts';
import { endpointsOf, standardEndpoints, type Endpoints } from './endpoints.js';

/** Where registrations are to be had. Rejects when it cannot be asked, or has none with this digest. */
export interface RegistrationDirectory {
  /** The JSON of the registration, as it was registered. */
  read(tenantId: TenantId, digest: SchemasDigest): Promise<unknown>;
}

/** The endpoints of tenants, each fetched once for as long as there is room to keep it. */
export class TenantEndpoints {
  private readonly kept = new RegistrationCache<Endpoints>();
  private readonly underWay = new Map<string, Promise<Endpoints>>();

  constructor(private readonly directory: RegistrationDirectory) {}

  /** Rejects where the registration cannot be had or is not what its digest says. One fetch at a time for each. */
  async of(tenantId: TenantId, digest: SchemasDigest | null): Promise<Endpoints> {
    if (digest === null) return standardEndpoints;
    const known = this.kept.get(tenantId, digest);
    if (known !== undefined) return known;
    const key = `${tenantId} ${digest}`;
    const underWay = this.underWay.get(key);
    if (underWay !== undefined) return underWay;
    const fetched = this.fetch(tenantId, digest).finally(() => this.underWay.delete(key));
    this.underWay.set(key, fetched);
    return fetched;
  }

  private async fetch(tenantId: TenantId, digest: SchemasDigest): Promise<Endpoints> {
    const registration = tenantSchemasFromJson(await this.directory.read(tenantId, digest));
    // What is kept for good has to be what was asked for.
    if (registration.digest !== digest) throw new Error('the registration is not the one that was asked for');
    const endpoints = endpointsOf(registration.types, digest);
    this.kept.keep(tenantId, digest, endpoints, registration.text.length);
    return endpoints;
  }
}
