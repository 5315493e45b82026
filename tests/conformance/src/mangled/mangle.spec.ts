import { describe, expect, it } from '@jest/globals';
import { entraCases } from '../index.js';
import { mangledBody, mangledPath } from './mangle.js';
import { Random } from './random.js';

const bodies = entraCases.flatMap(({ steps }) =>
  steps.flatMap(({ body }) => (body === undefined ? [] : [body])),
);

describe('damaged requests', () => {
  it('are decided by their seed', () => {
    const damaged = (seed: number): string => {
      const random = new Random(seed);
      return JSON.stringify(bodies.map((body) => mangledBody(body, random)));
    };
    expect(damaged(7)).toBe(damaged(7));
    expect(damaged(7)).not.toBe(damaged(8));
  });

  it('differ from whole ones, often and in many ways', () => {
    const random = new Random(1);
    const changed = bodies.filter(
      (body) => JSON.stringify(mangledBody(body, random)) !== JSON.stringify(body),
    );
    expect(changed.length).toBeGreaterThan(bodies.length / 2);
    expect(changed.length).toBeLessThan(bodies.length);
  });

  it('leave what they were made from as it was', () => {
    const before = JSON.stringify(bodies);
    const random = new Random(2);
    for (const body of bodies) mangledBody(body, random);
    expect(JSON.stringify(bodies)).toBe(before);
  });

  it('have paths that can go over the wire', () => {
    const random = new Random(3);
    const paths = Array.from({ length: 500 }, () =>
      mangledPath('/Users?filter=userName eq "太郎"#x', random),
    );
    expect(paths.filter((path) => !/^\/[\x21-\x7e]*$/.test(path))).toEqual([]);
  });
});
