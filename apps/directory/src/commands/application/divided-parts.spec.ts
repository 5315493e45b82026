import { describe, expect, it } from '@jest/globals';
import type { Command, CommandId } from '@muster/contracts';
import fc from 'fast-check';
import { divide } from './divided-parts.js';
import type { QueuedPart } from './queued-command.js';

/** Parts named by their places; each needs those whose places are given. */
function parts(...needs: readonly (readonly number[])[]): QueuedPart[] {
  return needs.map((places, index) => ({
    command: { commandId: String(index) } as Command,
    needs: places.map((place) => String(place) as CommandId),
    refusedBefore: 0,
    queuedAtMs: 0,
    intent: null,
    traceparent: null,
    bytes: 0,
    settle: () => undefined,
    abandon: () => undefined,
  }));
}

const places = (halves: ReturnType<typeof divide>) =>
  halves?.map((half) => half.map(({ command }) => Number(command.commandId)));

describe('divide', () => {
  it.each([
    [
      'in the middle',
      [[], [], [], []],
      [
        [0, 1],
        [2, 3],
      ],
    ],
    [
      'also where parts need earlier ones',
      [[], [0], [1], [0, 2]],
      [
        [0, 1],
        [2, 3],
      ],
    ],
    ['beside a circle in the middle', [[], [2], [1], []], [[0], [1, 2, 3]]],
    ['not within a circle', [[1], [0]], undefined],
    ['not where everything hangs together', [[3], [], [], [0]], undefined],
    ['not a single part', [[]], undefined],
    ['not through one that needs itself, but beside it', [[0], []], [[0], [1]]],
  ] as const)('cuts %s', (_, needs, expected) => {
    expect(places(divide(parts(...needs)))).toEqual(expected);
  });

  it('keeps every part once and in order, and never parts one from a later one that it needs (property)', () => {
    const needs = fc.array(fc.array(fc.nat({ max: 11 }), { maxLength: 2 }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(needs, (all) => {
        const whole = parts(...all);
        const halves = divide(whole);
        if (halves === null) return;
        expect(halves.flat()).toEqual(whole);
        const [first, second] = halves.map((half) => new Set(half.map(({ command }) => command.commandId)));
        expect(first!.size * second!.size).toBeGreaterThan(0);
        for (const part of halves[0]) expect(part.needs.some((id) => second!.has(id))).toBe(false);
      }),
    );
  });
});
