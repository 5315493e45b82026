import type { TenantId } from '../identity/ids.js';
import { TENANT_SCHEMAS_BYTES_MAX, type SchemasDigest } from './tenant-schemas.js';

interface Entry<Made> {
  readonly made: Made;
  readonly textLength: number;
}

/**
 * Length of all texts whose registrations are kept: 64 of the largest, thousands of ordinary ones. What is made of one takes
 * about five times the bytes of its text.
 */
const TEXT_LENGTH_MAX = 64 * TENANT_SCHEMAS_BYTES_MAX;

/**
 * What was made of registrations, so that each is read and parsed once. A registration never changes under its digest: what is
 * kept stays true for ever and is only forgotten for room, the longest unused first. It is kept by tenant and digest: that
 * nobody learns of another's schemas by a digest is then plain to see.
 */
export class RegistrationCache<Made> {
  private readonly entries = new Map<string, Entry<Made>>();
  private textLength = 0;

  constructor(private readonly textLengthMax = TEXT_LENGTH_MAX) {}

  get(tenantId: TenantId, digest: SchemasDigest): Made | undefined {
    const key = keyOf(tenantId, digest);
    const entry = this.entries.get(key);
    if (entry === undefined) return undefined;
    // A map remembers insertion order: putting it back makes it the youngest.
    this.entries.delete(key);
    this.entries.set(key, entry);
    return entry.made;
  }

  /** What is kept already stays: two may have read the registration at the same time. The youngest stays, however long. */
  keep(tenantId: TenantId, digest: SchemasDigest, made: Made, textLength: number): void {
    const key = keyOf(tenantId, digest);
    if (this.entries.has(key)) return;
    this.entries.set(key, { made, textLength });
    this.textLength += textLength;
    for (const [oldest, { textLength: freed }] of this.entries) {
      if (this.textLength <= this.textLengthMax || oldest === key) return;
      this.entries.delete(oldest);
      this.textLength -= freed;
    }
  }
}

function keyOf(tenantId: TenantId, digest: SchemasDigest): string {
  return `${tenantId} ${digest}`;
}
