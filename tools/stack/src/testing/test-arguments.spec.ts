import { describe, expect, it } from '@jest/globals';
import { parseTestArguments } from './test-arguments.js';

describe('parseTestArguments', () => {
  it.each([
    { args: [], only: undefined, jest: [] },
    { args: ['-t', 'name'], only: undefined, jest: ['-t', 'name'] },
    { args: ['--only', 'libs/scim', '-t', 'name'], only: 'libs/scim', jest: ['-t', 'name'] },
    { args: ['--watch', '--only=libs/scim'], only: 'libs/scim', jest: ['--watch'] },
  ])('reads $args', ({ args, only, jest }) => {
    expect(parseTestArguments(args)).toEqual({ only, jest });
  });

  it('says how to use --only when its pattern is missing', () => {
    expect(() => parseTestArguments(['--only'])).toThrow('--only needs a pattern');
  });
});
