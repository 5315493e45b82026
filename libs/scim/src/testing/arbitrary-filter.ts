import fc from 'fast-check';
import { COMPARISON_OPERATORS, type Filter } from '../filter/filter.js';
import { type AttributeReference } from '../schema/attribute-reference.js';

const name = fc.constantFrom(
  'userName',
  'title',
  'active',
  'x-1',
  'not',
  'and',
  'or',
  'pr',
  'eq',
  '$ref',
  'a_b',
);
const reference: fc.Arbitrary<AttributeReference> = fc.oneof(
  name.map((attribute) => ({ attribute })),
  fc.tuple(name, name).map(([attribute, subAttribute]) => ({ attribute, subAttribute })),
  fc.tuple(name, name).map(([attribute, subAttribute]) => ({
    schema: 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User',
    attribute,
    subAttribute,
  })),
);
const attribute: fc.Arbitrary<AttributeReference> = name.map((each) => ({ attribute: each }));

const literal = fc.oneof(
  fc
    .string({ unit: 'grapheme', maxLength: 12 })
    .filter((text) => !text.includes('\0') && text.isWellFormed()),
  fc.constantFrom('true', 'null', '1', '"', '\\', ') or (a pr', 'x"] or y'),
  fc.boolean(),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => (Object.is(number, -0) ? 0 : number)),
  fc.constant(null),
);

const clause = (path: fc.Arbitrary<AttributeReference>): fc.Arbitrary<Filter> =>
  fc.oneof(
    fc.record({
      kind: fc.constant('comparison' as const),
      path,
      operator: fc.constantFrom(...COMPARISON_OPERATORS),
      value: literal,
    }),
    fc.record({ kind: fc.constant('present' as const), path }),
  );

const joined = (each: fc.Arbitrary<Filter>): fc.Arbitrary<Filter> =>
  fc.oneof(
    fc.record({
      kind: fc.constantFrom('and' as const, 'or' as const),
      filters: fc.array(each, { minLength: 2, maxLength: 3 }),
    }),
    fc.record({ kind: fc.constant('not' as const), filter: each }),
  );

const inner: fc.Arbitrary<Filter> = fc.letrec<{ filter: Filter }>((tie) => ({
  filter: fc.oneof({ maxDepth: 2 }, clause(attribute), joined(tie('filter'))),
})).filter;

/** Trees of every shape `parseFilter` can make. */
export const arbitraryFilter: fc.Arbitrary<Filter> = fc.letrec<{ filter: Filter }>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 3 },
    clause(reference),
    fc.record({ kind: fc.constant('valuePath' as const), path: attribute, filter: inner }),
    joined(tie('filter')),
  ),
})).filter;

const email = 'abAB'.split('');
const word = fc.constantFrom(...email, 'ab', 'Ba', 'ß', 'é');

const userClause: fc.Arbitrary<Filter> = fc.oneof(
  fc.record({
    kind: fc.constant('comparison' as const),
    path: fc.constantFrom<AttributeReference>(
      { attribute: 'userName' },
      { attribute: 'externalId' },
      { attribute: 'name', subAttribute: 'givenName' },
      { attribute: 'emails', subAttribute: 'value' },
      { attribute: 'emails' },
    ),
    operator: fc.constantFrom(...COMPARISON_OPERATORS),
    value: word,
  }),
  fc.record({
    kind: fc.constant('present' as const),
    path: fc.constantFrom({ attribute: 'title' }, { attribute: 'emails' }),
  }),
  fc.record({
    kind: fc.constant('valuePath' as const),
    path: fc.constant({ attribute: 'emails' }),
    filter: fc.record({
      kind: fc.constant('comparison' as const),
      path: fc.constantFrom({ attribute: 'type' }, { attribute: 'value' }),
      operator: fc.constantFrom('eq' as const, 'ne' as const, 'sw' as const),
      value: fc.oneof(word, fc.constantFrom('work', 'home')),
    }),
  }),
);

/** Filters that resolve against the User schema and often match `arbitraryUser`. */
export const arbitraryUserFilter: fc.Arbitrary<Filter> = fc.letrec<{ filter: Filter }>((tie) => ({
  filter: fc.oneof({ maxDepth: 3 }, userClause, joined(tie('filter'))),
})).filter;

/** Bodies of users made of few and short values, so that filters and patches often meet them. */
export const arbitraryUserBody: fc.Arbitrary<Record<string, unknown>> = fc.record(
  {
    userName: word,
    externalId: word,
    title: word,
    active: fc.boolean(),
    name: fc.record({ givenName: word, familyName: word }, { requiredKeys: [] }),
    emails: fc.array(
      fc.record(
        { value: word, type: fc.constantFrom('work', 'home'), primary: fc.boolean() },
        { requiredKeys: ['value'] },
      ),
      { maxLength: 3 },
    ),
    'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User': fc.record(
      { department: word, manager: fc.record({ value: word }) },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: ['userName'] },
);
