import { describe, expect, it } from '@jest/globals';
import type { ResourceId, TenantId } from '@muster/contracts';
import fc from 'fast-check';
import type { UniqueName } from '../../resources/domain/unique-name.js';
import { NameLedger } from './name-ledger.js';

const TENANT = 't' as TenantId;
const name = (value: string): UniqueName => ({ kind: 'user.userName', value });
const id = (value: string) => value as ResourceId;

describe('NameLedger', () => {
  it('gives back a reservation that nobody needed', () => {
    const ledger = new NameLedger();
    ledger.learnReservation({ tenantId: TENANT, name: name('a'), resourceId: id('u1'), holder: null });
    expect(ledger.holdersFor(TENANT).holderOf(name('a'))).toBeNull();
    expect(ledger.netWrites()).toEqual({ released: [{ tenantId: TENANT, name: name('a') }], taken: [] });
  });

  it('writes nothing where the reservation was right', () => {
    const ledger = new NameLedger();
    ledger.learnReservation({ tenantId: TENANT, name: name('a'), resourceId: id('u1'), holder: null });
    ledger.move(TENANT, id('u1'), [], [name('a')]);
    expect(ledger.netWrites()).toEqual({ released: [], taken: [] });
  });

  it('hands a name over to whoever was decided to have it', () => {
    const ledger = new NameLedger();
    ledger.learnReservation({ tenantId: TENANT, name: name('a'), resourceId: id('u1'), holder: null });
    ledger.move(TENANT, id('u2'), [], [name('a')]);
    expect(ledger.netWrites().taken).toEqual([
      { tenantId: TENANT, name: name('a'), resourceId: 'u2', reserved: true },
    ]);
  });

  it('ends as the moves say, for any sequence of valid moves (property)', () => {
    const owners = ['u1', 'u2', 'u3'];
    const values = ['a', 'b', 'c', 'd'];
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            owner: fc.constantFrom(...owners),
            to: fc.option(fc.constantFrom(...values), { nil: null }),
          }),
          { maxLength: 20 },
        ),
        fc.dictionary(fc.constantFrom(...values), fc.constantFrom(...owners)),
        (moves, held) => {
          const table = new Map<string, string>();
          const current = new Map<string, string>();
          for (const [value, owner] of Object.entries(held)) {
            if (current.has(owner)) continue;
            table.set(value, owner);
            current.set(owner, value);
          }
          const ledger = new NameLedger();
          for (const value of new Set(moves.flatMap(({ to }) => (to === null ? [] : [to])))) {
            const holder = table.get(value) ?? null;
            const candidate = moves.find(({ to }) => to === value)?.owner ?? '';
            if (holder === null) table.set(value, candidate);
            ledger.learnReservation({
              tenantId: TENANT,
              name: name(value),
              resourceId: id(candidate),
              holder: holder === null ? null : id(holder),
            });
          }
          for (const { owner, to } of moves) {
            const holder = to === null ? null : ledger.holdersFor(TENANT).holderOf(name(to));
            if (holder !== null && holder !== owner) continue;
            const before = current.get(owner);
            ledger.move(
              TENANT,
              id(owner),
              before === undefined ? [] : [name(before)],
              to === null ? [] : [name(to)],
            );
            if (to === null) current.delete(owner);
            else current.set(owner, to);
          }
          const { released, taken } = ledger.netWrites();
          for (const each of released) table.delete(each.name.value);
          for (const each of taken) table.set(each.name.value, each.resourceId);
          expect(Object.fromEntries([...table].sort())).toEqual(
            Object.fromEntries([...current].map(([owner, value]) => [value, owner] as const).sort()),
          );
        },
      ),
    );
  });
});
