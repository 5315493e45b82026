import type { ResourceId, TenantId } from '@muster/contracts';
import type { NameHolders, UniqueName } from '../../resources/domain/unique-name.js';
import type { NameCandidate, NameWrite } from './batch-transaction.js';

interface Entry {
  readonly tenantId: TenantId;
  readonly name: UniqueName;
  /** What the table says now: our own reservation, or who held the name when the batch began. */
  readonly stored: ResourceId | null;
  holder: ResourceId | null;
}

/**
 * The unique values of a batch in memory: who holds which name after the decisions made so far. Renames that swap, and
 * delete + create of one name, come out right because decisions look here and not at the table.
 */
export class NameLedger {
  private readonly entries = new Map<string, Entry>();

  /** A reserved name: free (`holder` null) and stored for the candidate, or held by somebody. */
  learnReservation(reservation: NameCandidate & { readonly holder: ResourceId | null }): void {
    this.entries.set(key(reservation.tenantId, reservation.name), {
      tenantId: reservation.tenantId,
      name: reservation.name,
      stored: reservation.holder ?? reservation.resourceId,
      holder: reservation.holder,
    });
  }

  holdersFor(tenantId: TenantId): NameHolders {
    return { holderOf: (name) => this.entries.get(key(tenantId, name))?.holder ?? null };
  }

  /** Moves a resource from its names before a decision to those after it. */
  move(
    tenantId: TenantId,
    id: ResourceId,
    before: readonly UniqueName[],
    after: readonly UniqueName[],
  ): void {
    for (const name of before) this.entryOf(tenantId, name, id).holder = null;
    for (const name of after) this.entryOf(tenantId, name, null).holder = id;
  }

  /** What has to change in the table so that it says what the ledger says. */
  netWrites(): {
    readonly released: Omit<NameWrite, 'resourceId' | 'reserved'>[];
    readonly taken: NameWrite[];
  } {
    const released: Omit<NameWrite, 'resourceId' | 'reserved'>[] = [];
    const taken: NameWrite[] = [];
    for (const { tenantId, name, stored, holder } of this.entries.values()) {
      if (holder === null) {
        if (stored !== null) released.push({ tenantId, name });
      } else if (holder !== stored) {
        taken.push({ tenantId, name, resourceId: holder, reserved: stored !== null });
      }
    }
    return { released, taken };
  }

  /** A name that was not reserved is one that its resource held all along. */
  private entryOf(tenantId: TenantId, name: UniqueName, stored: ResourceId | null): Entry {
    const at = key(tenantId, name);
    const known = this.entries.get(at);
    if (known !== undefined) return known;
    const entry: Entry = { tenantId, name, stored, holder: stored };
    this.entries.set(at, entry);
    return entry;
  }
}

function key(tenantId: TenantId, name: UniqueName): string {
  return `${tenantId} ${name.kind} ${name.value}`;
}
