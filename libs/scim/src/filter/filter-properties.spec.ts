import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseResource } from '../intake/parse-resource.js';
import { ScimError } from '../errors/scim-error.js';
import { userResourceType } from '../schema/standard-resource-types.js';
import { arbitraryFilter, arbitraryUserBody, arbitraryUserFilter } from '../testing/arbitrary-filter.js';
import { filterFromJson } from './filter-from-json.js';
import { type Filter } from './filter.js';
import { matchesFilter } from './matches-filter.js';
import { parseFilter } from './parse-filter.js';
import { printFilter } from './print-filter.js';
import { resolveFilter } from './resolve-filter.js';

describe('every filter', () => {
  it('is what its text parses to', () => {
    fc.assert(
      fc.property(arbitraryFilter, (filter) => expect(parseFilter(printFilter(filter))).toEqual(filter)),
    );
  });

  it('survives the way to another process', () => {
    fc.assert(
      fc.property(arbitraryFilter, (filter) => {
        expect(filterFromJson(JSON.parse(JSON.stringify(filter)))).toEqual(filter);
      }),
    );
  });

  it('selects with double negation what it selects', () => {
    checkEquivalent((filter) => ({ kind: 'not', filter: { kind: 'not', filter } }));
  });

  it('keeps its meaning when its text is parsed again', () => {
    checkEquivalent((filter) => parseFilter(printFilter(filter)));
  });

  it('obeys De Morgan', () => {
    fc.assert(
      fc.property(arbitraryUserFilter, arbitraryUserFilter, arbitraryUserBody, (left, right, body) => {
        const not = (filter: Filter): Filter => ({ kind: 'not', filter });
        const joined: Filter = { kind: 'and', filters: [left, right] };
        const parted: Filter = { kind: 'or', filters: [not(left), not(right)] };
        expect(matches(not(joined), body)).toBe(matches(parted, body));
      }),
    );
  });

  it('holds ne exactly where eq does not', () => {
    fc.assert(
      fc.property(arbitraryUserFilter, arbitraryUserBody, (filter, body) => {
        if (filter.kind !== 'comparison' || filter.operator !== 'eq') return;
        expect(matches({ ...filter, operator: 'ne' }, body)).toBe(!matches(filter, body));
      }),
    );
  });
});

describe('any text', () => {
  it('is a filter or is refused', () => {
    const piece = fc.constantFrom(
      '(',
      ')',
      '[',
      ']',
      '"',
      '\\',
      ' ',
      '.',
      'a',
      'not',
      'and',
      'or',
      'pr',
      'eq',
      'x:y',
      '1',
      ':',
    );
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join('')),
    );
    fc.assert(
      fc.property(text, (each) => {
        try {
          printFilter(parseFilter(each));
        } catch (error) {
          expect(error).toBeInstanceOf(ScimError);
          expect((error as ScimError).scimType).toBe('invalidFilter');
        }
      }),
      { numRuns: 1000 },
    );
  });
});

function checkEquivalent(change: (filter: Filter) => Filter): void {
  fc.assert(
    fc.property(arbitraryUserFilter, arbitraryUserBody, (filter, body) => {
      expect(matches(change(filter), body)).toBe(matches(filter, body));
    }),
  );
}

function matches(filter: Filter, body: unknown): boolean {
  const { document } = parseResource(userResourceType, body, 'create');
  return matchesFilter(resolveFilter(filter, userResourceType), document);
}
