import { describe, expect, it } from '@jest/globals';
import { parseAssignments, parseRemovals } from './setting-assignments.js';

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
      change: {
        anyDomain: false,
        settings: { externalIdUnique: true, requestBurstMax: 20, unknownMembers: 'lenient' },
      },
    });
    expect(parseAssignments(['anyDomain=true'])).toEqual({ change: { anyDomain: true } });
    expect(parseAssignments(['x=a=b', 'y='])).toEqual({ change: { settings: { x: 'a=b', y: '' } } });
  });

  it('takes a file for schemas, beside whatever else there is', () => {
    expect(parseAssignments(['schemas=@my schemas.json', 'requestBurstMax=20'])).toEqual({
      change: { settings: { requestBurstMax: 20 } },
      schemasFile: 'my schemas.json',
    });
  });

  it.each([
    [['externalIdUnique']],
    [['=true']],
    [['a=1', 'a=2']],
    [['schemas=file.json']],
    [['schemas=@']],
    [['schemas=@a', 'schemas=@b']],
  ])('refuses %j', (assignments) => {
    expect(() => parseAssignments(assignments)).toThrow(/key=value|twice|is a file/);
  });
});

describe('parseRemovals', () => {
  it('leaves settings to their defaults, anyDomain to the one it has, and schemas to their own place', () => {
    expect(parseRemovals(['externalIdUnique', ' requestBurstMax', 'anyDomain', 'schemas'])).toEqual({
      change: { anyDomain: false, settings: { externalIdUnique: null, requestBurstMax: null } },
      schemas: true,
    });
    expect(parseRemovals(['schemas'])).toEqual({ change: {}, schemas: true });
  });

  it.each([[['externalIdUnique=true']], [['']], [['a', 'a']]])('refuses %j', (names) => {
    expect(() => parseRemovals(names)).toThrow(/no name|twice/);
  });
});
