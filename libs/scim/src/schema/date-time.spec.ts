import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { epochMs, isDateTime } from './date-time.js';

describe('a dateTime', () => {
  it.each([
    ['2008-01-23T04:56:22Z', '2008-01-23T04:56:22.000Z'],
    ['2008-01-23T04:56:22', '2008-01-23T04:56:22.000Z'],
    ['2008-01-23T04:56:22.1Z', '2008-01-23T04:56:22.100Z'],
    ['2008-01-23T04:56:22.123456789Z', '2008-01-23T04:56:22.123Z'],
    ['2008-01-23T04:56:22+02:00', '2008-01-23T02:56:22.000Z'],
    ['2008-01-23T04:56:22-14:00', '2008-01-23T18:56:22.000Z'],
    ['2008-02-29T00:00:00z', '2008-02-29T00:00:00.000Z'],
    ['0099-01-01T00:00:00Z', '0099-01-01T00:00:00.000Z'],
  ])('%s is %s', (text, instant) => {
    expect(isDateTime(text)).toBe(true);
    expect(new Date(epochMs(text)).toISOString()).toBe(instant);
  });

  it.each([
    '',
    'now',
    '2008',
    '2008-01-23',
    '2007-02-29T00:00:00Z',
    '2008-13-01T00:00:00Z',
    '2008-01-23T24:00:00Z',
    '2008-01-23T04:60:00Z',
    '2008-01-23T04:56:22+15:00',
    '2008-01-23 04:56:22',
    ' 2008-01-23T04:56:22Z',
    '1200000000',
  ])('%j is none', (text) => expect(isDateTime(text)).toBe(false));

  it('means its first instant in a filter when it is a bare date', () => {
    expect(epochMs('2008-01-23')).toBe(Date.UTC(2008, 0, 23));
  });

  it('is read back from any instant', () => {
    const date = fc.date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true });
    fc.assert(fc.property(date, (each) => expect(epochMs(each.toISOString())).toBe(each.getTime())));
  });
});
