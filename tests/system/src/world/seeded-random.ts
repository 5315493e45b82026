/** Random decisions that come out the same for the same seed, so that a failing run can be looked at again. */
export interface SeededRandom {
  /** 0 up to, not including, `limit`. */
  below(limit: number): number;
  /** One of a list that is not empty. */
  pick<Item>(items: readonly Item[]): Item;
  /** Another source that depends on this one's seed and on the label alone, for somebody who draws at his own pace. */
  fork(label: string): SeededRandom;
}

/** The seed of this run: `SEED` of the environment, else a new one. Print it. */
export function chooseSeed(env: NodeJS.ProcessEnv = process.env): number {
  const given = Number(env['SEED']);
  return Number.isInteger(given) && given > 0 ? given : 1 + Math.floor(Math.random() * 2 ** 31);
}

/** Mulberry32: small, fast and good enough to choose operations. */
export function seededRandom(seed: number): SeededRandom {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  return {
    below,
    pick: (items) => items[below(items.length)]!,
    fork: (label) =>
      seededRandom([...label].reduce((hash, char) => Math.imul(hash, 31) + char.charCodeAt(0), seed)),
  };
}
