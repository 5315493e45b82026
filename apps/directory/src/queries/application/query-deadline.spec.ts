import { describe, expect, it } from '@jest/globals';
import { QueryDeadline } from './query-deadline.js';

const never = (): Promise<never> => new Promise(() => undefined);

describe('a query of several steps', () => {
  it('has the results of its steps', async () => {
    const deadline = new QueryDeadline(60_000);
    expect(await deadline.bound(() => Promise.resolve('first'))).toBe('first');
    await expect(deadline.bound(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    expect(await deadline.bound(() => Promise.resolve('second'))).toBe('second');
  });

  it('ends when one takes too long, and begins no other', async () => {
    const deadline = new QueryDeadline(20);
    await expect(deadline.bound(never)).rejects.toMatchObject({ status: 400, scimType: 'tooMany' });
    let begun = false;
    const next = deadline.bound(() => {
      begun = true;
      return never();
    });
    await expect(next).rejects.toMatchObject({ scimType: 'tooMany' });
    expect(begun).toBe(false);
  });

  it('hears nothing of a step that fails later', async () => {
    const { promise, reject } = Promise.withResolvers<never>();
    await expect(new QueryDeadline(5).bound(() => promise)).rejects.toMatchObject({ scimType: 'tooMany' });
    reject(new Error('after everybody has gone'));
    await expect(promise).rejects.toThrow('after everybody has gone');
  });
});
