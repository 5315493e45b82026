import { describe, expect, it } from '@jest/globals';
import { parseAssignments } from './setting-assignments.js';

describe('parseAssignments', () => {
  it('gives values the type that they look like, and anyDomain its own place', () => {
    expect(
      parseAssignments([
        'externalIdUnique=true',
        'requestBurstMax=20',
        ' unknownMembers = lenient ',
        'anyDomain=false',
      ]),
    ).toEqual({
      anyDomain: false,
      settings: { externalIdUnique: true, requestBurstMax: 20, unknownMembers: 'lenient' },
    });
    expect(parseAssignments(['anyDomain=true'])).toEqual({ anyDomain: true });
    expect(parseAssignments(['x=a=b', 'y='])).toEqual({ settings: { x: 'a=b', y: '' } });
  });

  it.each([[['externalIdUnique']], [['=true']], [['a=1', 'a=2']]])('refuses %j', (assignments) => {
    expect(() => parseAssignments(assignments)).toThrow(/key=value|twice/);
  });
});
