import { tenantSchemasFromJson, type SchemasDigest, type TenantId } from '@muster/contracts';
import { endpointsOf, standardEndpoints, type Endpoints } from './endpoints.js';

/** Where registrations are to be had. Rejects when it cannot be asked, or has none with this digest. */
export interface RegistrationDirectory {
  /** The JSON of the registration, as it was registered. */
  read(tenantId: TenantId, digest: SchemasDigest): Promise<unknown>;
}

/** Text of registrations that are kept parsed, all together; parsed, each takes a few times as much. */
export const KEPT_LENGTH_MAX = 16 * 1024 * 1024;

interface Kept {
  readonly endpoints: Endpoints;
  readonly length: number;
}

/**
 * The endpoints of tenants. A registration never changes under its digest, so it is fetched once, parsed once, and only
 * forgotten for room, the longest unused first. Kept by tenant and digest: nobody learns of another's schemas by a digest.
 */
export class TenantEndpoints {
  private readonly kept = new Map<string, Kept>();
  private readonly underWay = new Map<string, Promise<Endpoints>>();
  private keptLength = 0;

  constructor(
    private readonly directory: RegistrationDirectory,
    private readonly keptLengthMax = KEPT_LENGTH_MAX,
  ) {}

  /** Rejects where the registration cannot be had or is not what its digest says. One fetch at a time for each. */
  async of(tenantId: TenantId, digest: SchemasDigest | null): Promise<Endpoints> {
    if (digest === null) return standardEndpoints;
    const key = `${tenantId} ${digest}`;
    const known = this.kept.get(key);
    if (known !== undefined) {
      // A map remembers insertion order: putting it back makes it the youngest.
      this.kept.delete(key);
      this.kept.set(key, known);
      return known.endpoints;
    }
    const underWay = this.underWay.get(key);
    if (underWay !== undefined) return underWay;
    const fetched = this.fetch(key, tenantId, digest).finally(() => this.underWay.delete(key));
    this.underWay.set(key, fetched);
    return fetched;
  }

  private async fetch(key: string, tenantId: TenantId, digest: SchemasDigest): Promise<Endpoints> {
    const registration = tenantSchemasFromJson(await this.directory.read(tenantId, digest));
    // What is kept for good has to be what was asked for.
    if (registration.digest !== digest) throw new Error('the registration is not the one that was asked for');
    const endpoints = endpointsOf(registration.types, digest);
    this.keep(key, { endpoints, length: registration.text.length });
    return endpoints;
  }

  private keep(key: string, added: Kept): void {
    this.kept.set(key, added);
    this.keptLength += added.length;
    for (const [oldest, { length }] of this.kept) {
      if (this.keptLength <= this.keptLengthMax || oldest === key) return;
      this.kept.delete(oldest);
      this.keptLength -= length;
    }
  }
}
