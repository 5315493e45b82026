import { describe, expect, it } from '@jest/globals';
import { documentFromJson } from '../document/document-from-json.js';
import { plain } from '../testing/plain.js';
import { diffDocuments } from './diff-documents.js';

const ENT = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

describe('diffDocuments', () => {
  it.each<readonly [string, object, object, readonly string[], object]>([
    ['nothing', { a: 1, b: [{ c: 1, d: 2 }] }, { b: [{ d: 2, c: 1 }], a: 1 }, [], {}],
    ['a value', { a: 'x' }, { a: 'y' }, ['a'], { a: 'x' }],
    ['added', {}, { a: 'y' }, ['a'], {}],
    ['removed', { a: 'x' }, {}, ['a'], { a: 'x' }],
    [
      'part of a complex',
      { name: { g: 'x', f: 'y' } },
      { name: { g: 'z', f: 'y' } },
      ['name.g'],
      { name: { g: 'x' } },
    ],
    ['a complex removed', { name: { g: 'x' } }, {}, ['name.g'], { name: { g: 'x' } }],
    ['a complex added', {}, { name: { g: 'x' } }, ['name.g'], {}],
    ['one of a list', { e: [{ v: 1 }, { v: 2 }] }, { e: [{ v: 1 }] }, ['e'], { e: [{ v: 1 }, { v: 2 }] }],
    ['the order of a list', { e: ['a', 'b'] }, { e: ['b', 'a'] }, ['e'], { e: ['a', 'b'] }],
    [
      'an extension',
      { [ENT]: { department: 'a', manager: { value: 'm' } } },
      { [ENT]: { department: 'b', manager: { value: 'n' } } },
      [`${ENT}:department`, `${ENT}:manager.value`],
      { [ENT]: { department: 'a', manager: { value: 'm' } } },
    ],
    [
      'an extension removed',
      { [ENT]: { department: 'a' } },
      {},
      [`${ENT}:department`],
      { [ENT]: { department: 'a' } },
    ],
  ])('%s', (_name, before, after, changed, previous) => {
    const difference = diffDocuments(documentFromJson(before), documentFromJson(after));
    expect(difference.changed).toEqual(changed);
    expect(plain(difference.previous)).toEqual(previous);
  });
});
