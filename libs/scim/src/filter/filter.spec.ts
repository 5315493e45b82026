import { describe, expect, it } from '@jest/globals';
import { defineSchema } from '../schema/define-schema.js';
import { defineResourceType } from '../schema/resource-type.js';
import { groupResourceType } from '../schema/standard-resource-types.js';
import { checkFilter, type FilterRow } from '../testing/check-filter.js';
import { refusalOf } from '../testing/plain.js';
import { filterFromJson } from './filter-from-json.js';
import { parseFilter } from './parse-filter.js';
import { printFilter } from './print-filter.js';
import { resolveFilter } from './resolve-filter.js';

const ENT = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const CORE = 'urn:ietf:params:scim:schemas:core:2.0:User';
const RFC = 'RFC 7644 s3.4.2.2';

const rows: readonly FilterRow[] = [
  // operators
  { cite: `${RFC} table 3 eq`, filter: 'displayName eq "Ada Lovelace"', selects: ['ada'] },
  { cite: `${RFC} table 3 ne`, filter: 'active ne true', selects: ['bob', 'cy'] },
  { cite: `${RFC} table 3 co`, filter: 'name.familyName co "love"', selects: ['ada'] },
  { cite: `${RFC} table 3 sw`, filter: 'userName sw "ADA"', selects: ['ada'] },
  { cite: `${RFC} table 3 ew`, filter: 'userName ew "ob"', selects: ['bob'] },
  { cite: `${RFC} table 3 pr`, filter: 'title pr', selects: ['ada', 'cy'] },
  {
    cite: `${RFC} table 3 gt`,
    filter: 'meta.lastModified gt "2011-05-13T04:42:34Z"',
    selects: ['bob', 'cy'],
  },
  {
    cite: `${RFC} table 3 ge`,
    filter: 'meta.lastModified ge "2011-05-13T04:42:34Z"',
    selects: ['ada', 'bob', 'cy'],
  },
  { cite: `${RFC} table 3 lt`, filter: 'meta.lastModified lt "2012-05-13T04:42:34.500Z"', selects: ['ada'] },
  {
    cite: `${RFC} table 3 le`,
    filter: 'meta.lastModified le "2012-05-13T04:42:34.500Z"',
    selects: ['ada', 'bob'],
  },
  { cite: `${RFC} gt on text`, filter: 'userName gt "ada@example.test"', selects: ['bob', 'cy'] },
  { cite: `${RFC} le on text`, filter: 'userName le "bob"', selects: ['ada', 'bob'] },
  // logic
  { cite: `${RFC} table 4 and`, filter: 'title pr and active eq true', selects: ['ada'] },
  { cite: `${RFC} table 4 or`, filter: 'userName eq "bob" or title eq "countess"', selects: ['ada', 'bob'] },
  { cite: `${RFC} table 4 not`, filter: 'not (userName eq "bob")', selects: ['ada', 'cy'] },
  { cite: `${RFC} not, no space`, filter: 'not(not(userName eq "bob"))', selects: ['bob'] },
  {
    cite: `${RFC} precedence: and before or`,
    filter: 'userName eq "bob" or title pr and active eq true',
    selects: ['ada', 'bob'],
  },
  {
    cite: `${RFC} table 5 ( )`,
    filter: '(userName eq "bob" or title pr) and active eq true',
    selects: ['ada'],
  },
  { cite: `${RFC} precedence: not before and`, filter: 'not (active eq true) and title pr', selects: ['cy'] },
  {
    cite: `${RFC} example`,
    filter: `userName pr and not (emails.type eq "work" or emails co "home.test")`,
    selects: ['bob', 'cy'],
  },
  {
    cite: 'PingOne: operators in odd case',
    filter: 'userName Eq "bob" OR Title PR',
    selects: ['ada', 'bob', 'cy'],
  },
  // names
  { cite: 'RFC 7643 s2.1 names in any case', filter: 'USERNAME eq "bob"', selects: ['bob'] },
  { cite: 'Postman: sub-attributes in any case', filter: 'name.FamilyName eq "lovelace"', selects: ['ada'] },
  { cite: 'RFC 7644 s3.10 core URN', filter: `${CORE}:userName eq "bob"`, selects: ['bob'] },
  { cite: 'RFC 7644 s3.10 extension URN', filter: `${ENT}:department eq "sums"`, selects: ['ada'] },
  {
    cite: 'RFC 7644 s3.10 URN in any case',
    filter: `${ENT.toUpperCase()}:Department eq "sums"`,
    selects: ['ada'],
  },
  { cite: 'extension sub-attribute', filter: `${ENT}:manager.value eq "u-9"`, selects: ['ada'] },
  { cite: 'extension complex by its value', filter: `${ENT}:manager eq "u-9"`, selects: ['ada'] },
  { cite: 'Entra 3.3: reference check', filter: 'id eq "u-1" and manager eq "u-9"', selects: ['ada'] },
  { cite: 'Entra 3.6.3: URN with a dot', filter: `${ENT}.department eq "deeds"`, selects: ['bob'] },
  { cite: 'URN with a dot, sub-attribute', filter: `${ENT}.manager.value eq "u-9"`, selects: ['ada'] },
  { cite: 'RFC 7643 s3.1 schemas', filter: `schemas eq "${CORE}"`, selects: ['ada', 'bob', 'cy'] },
  { cite: 'unknown attribute', filter: 'shoeSize eq 46', refused: 'invalidFilter' },
  { cite: 'unknown sub-attribute', filter: 'name.nick eq "x"', refused: 'invalidFilter' },
  { cite: 'unknown schema', filter: 'urn:example:nothing:User:x pr', refused: 'invalidFilter' },
  { cite: 'a schema is no attribute', filter: `${ENT} pr`, refused: 'invalidFilter' },
  { cite: 'RFC 7644 s7.5.2', filter: 'password sw "a"', refused: 'sensitive' },
  { cite: 'RFC 7644 s7.5.2', filter: 'password pr', refused: 'sensitive' },
  // case and text
  {
    cite: 'RFC 7643 s4.1.1 userName ignores case',
    filter: 'userName eq "ADA@example.TEST"',
    selects: ['ada'],
  },
  { cite: 'RFC 7643 s3.1 externalId is caseExact', filter: 'externalId eq "ada.1"', selects: [] },
  { cite: 'RFC 7643 s3.1 externalId is caseExact', filter: 'externalId eq "Ada.1"', selects: ['ada'] },
  { cite: 'RFC 7643 s3.1 id is caseExact', filter: 'id eq "U-1"', selects: [] },
  { cite: 'RFC 7644 s7.8 compatibility forms', filter: 'userName eq "FINN"', selects: ['cy'] },
  { cite: 'JSON escapes', filter: 'name.familyName eq "o\\"neil \\\\ sons"', selects: ['bob'] },
  { cite: 'JSON escapes', filter: 'title eq "zo\\u00CB"', selects: ['cy'] },
  { cite: 'decomposed text', filter: 'title eq "zoe\u0308"', selects: ['cy'] },
  // literals
  { cite: 'Entra 2.1: no quotes', filter: 'userName eq bob', selects: ['bob'] },
  { cite: 'no quotes, with an at', filter: 'userName eq ada@example.test', selects: ['ada'] },
  { cite: 'Postman: unquoted text', filter: 'emails.Value co work.test', selects: ['ada', 'bob'] },
  { cite: 'Postman: unquoted date', filter: 'meta.Created gt 2012-12-31', selects: ['cy'] },
  { cite: 'number for a text, to the letter', filter: 'externalId eq 007', selects: ['bob'] },
  { cite: 'number for a text', filter: `${ENT}:employeeNumber eq 1.50`, selects: ['bob'] },
  { cite: 'integer for a text', filter: 'userName eq 42', selects: [] },
  { cite: 'Entra 3.7: boolean as text', filter: 'active eq "True"', selects: ['ada'] },
  { cite: 'boolean without quotes, capital', filter: 'active eq False', selects: ['bob'] },
  { cite: 'RFC 7643 s2.5 eq null', filter: 'title eq null', selects: ['bob'] },
  { cite: 'RFC 7643 s2.5 ne null', filter: 'title ne null', selects: ['ada', 'cy'] },
  { cite: 'no order with null', filter: 'title gt null', refused: 'invalidFilter' },
  { cite: `${RFC} no order for booleans`, filter: 'active gt true', refused: 'invalidFilter' },
  { cite: `${RFC} no substring of booleans`, filter: 'active co true', refused: 'invalidFilter' },
  { cite: `${RFC} no order for binary`, filter: 'x509Certificates.value gt "AA"', refused: 'invalidFilter' },
  { cite: 'no substring of dates', filter: 'meta.created sw "2011"', refused: 'invalidFilter' },
  { cite: 'literal of another type', filter: 'active eq "yes"', refused: 'invalidFilter' },
  { cite: 'literal of another type', filter: 'active eq 1', refused: 'invalidFilter' },
  { cite: 'literal of another type', filter: 'meta.created gt "yesterday"', refused: 'invalidFilter' },
  { cite: 'no such day', filter: 'meta.created gt "2011-02-30T00:00:00Z"', refused: 'invalidFilter' },
  { cite: 'zones', filter: 'meta.created eq "2013-05-13T04:42:34Z"', selects: ['cy'] },
  { cite: 'zones', filter: 'meta.created eq "2011-05-13T05:42:34+01:00"', selects: ['ada'] },
  // several values
  { cite: `${RFC} any value`, filter: 'emails.value ew "home.test"', selects: ['ada'] },
  { cite: `${RFC} complex by its value`, filter: 'emails co "work.test"', selects: ['ada', 'bob'] },
  { cite: `${RFC} ne negates eq`, filter: 'emails.type ne "work"', selects: ['bob', 'cy'] },
  { cite: 'presence of several values', filter: 'emails pr', selects: ['ada', 'bob'] },
  {
    cite: 'different values may satisfy',
    filter: 'emails.type eq "work" and emails.display eq "private"',
    selects: ['ada'],
  },
  {
    cite: `${RFC} value path: one value satisfies all`,
    filter: 'emails[type eq "work" and display eq "private"]',
    selects: [],
  },
  { cite: `${RFC} value path`, filter: 'emails[type eq "work" and value co "@work"]', selects: ['ada'] },
  {
    cite: `${RFC} value path, or`,
    filter: 'emails[type eq "x" or value co "@work"]',
    selects: ['ada', 'bob'],
  },
  { cite: `${RFC} value path, not`, filter: 'emails[not (type eq "home")]', selects: ['ada'] },
  { cite: `${RFC} value path, negated`, filter: 'not (emails[type eq "work"])', selects: ['bob', 'cy'] },
  { cite: `${RFC} value path, pr`, filter: 'emails[display pr]', selects: ['ada'] },
  {
    cite: 'value path in a conjunction',
    filter: 'emails[type eq "work"] and active eq true',
    selects: ['ada'],
  },
  {
    cite: 'Entra 3.3: sub-attribute behind a value path',
    filter: 'emails[type eq "work"].value eq "ADA@work.test"',
    selects: ['ada'],
  },
  {
    cite: 'Entra 3.3: it is one value',
    filter: 'emails[type eq "work"].value eq "ada@home.test"',
    selects: [],
  },
  { cite: 'Entra 3.3: pr', filter: 'emails[type eq "home"].display pr', selects: ['ada'] },
  {
    cite: 'Entra 3.3: within a disjunction',
    filter: 'userName eq "bob" or emails[type eq "home" or type eq "work"].value sw "ada@h"',
    selects: ['ada', 'bob'],
  },
  {
    cite: 'Entra 3.7: boolean text in a value path',
    filter: 'roles[primary eq "True"].value eq "admin"',
    selects: ['ada'],
  },
  { cite: 'extension value path', filter: `${ENT}:manager[value eq "u-9"]`, selects: ['ada'] },
  { cite: 'value path on a plain attribute', filter: 'title[value eq "x"]', refused: 'invalidFilter' },
  { cite: 'value path within a value path', filter: 'emails[type[x eq 1]]', refused: 'invalidFilter' },
  { cite: 'unknown in a value path', filter: 'emails[colour eq "red"]', refused: 'invalidFilter' },
  { cite: 'complex without value', filter: 'name eq "Ada"', refused: 'invalidFilter' },
  { cite: 'complex present', filter: 'name pr', selects: ['ada', 'bob'] },
  // not filters
  ...[
    '',
    ' ',
    'userName',
    'userName eq',
    'userName eq "x',
    'userName eq "x\\"',
    'userName eq "\\x"',
    'userName eq "a\nb"',
    'userName eq "a" "b"',
    'userName is "x"',
    'eq "x"',
    '"userName" eq "x"',
    'userName eq "x" and',
    'and userName eq "x"',
    'userName eq "x" userName eq "y"',
    '(userName eq "x"',
    'userName eq "x")',
    '()',
    'not userName eq "x"',
    'not ()',
    'emails[type eq "work"',
    'emails[]',
    'emails[type eq "work"].',
    'emails[type eq "work"].value',
    'emails[type eq "work"]value eq "x"',
    'emails.value[type eq "work"].value eq "x"',
    'a.b.c eq 1',
    'urn:x eq 1',
    '__proto__ eq 1',
    'constructor.prototype eq 1',
    'toString pr',
    'userName eq "\\u0000"',
    'userName eq "\\ud800"',
    'userName eq \ud800',
    'userName eq \u0000',
  ].map((filter) => ({ cite: 'not a filter', filter, refused: 'invalidFilter' }) as const),
];

describe('a filter on users', () => {
  it.each(rows.map((row) => [row.cite, row.filter, row] as const))('%s: %s', (_cite, _filter, row) => {
    checkFilter(row);
  });
});

describe('a filter on groups', () => {
  const groupRows: readonly FilterRow[] = [
    { cite: 'Entra 4: membership check', filter: 'id eq "g-1" and members eq "u-1"', selects: ['eng'] },
    { cite: 'Entra 3.3: members.value', filter: 'members.value eq "u-2"', selects: ['eng'] },
    { cite: 'value path', filter: 'members[value eq "u-1" and type eq "user"]', selects: ['eng'] },
    { cite: 'no such member', filter: 'members eq "u-7"', selects: [] },
    { cite: 'displayName ignores case', filter: 'displayName eq "ENGINEERING"', selects: ['eng'] },
    { cite: 'an attribute of users', filter: 'userName eq "x"', refused: 'invalidFilter' },
  ];
  it.each(groupRows.map((row) => [row.cite, row.filter, row] as const))('%s: %s', (_cite, _filter, row) => {
    checkFilter(row, groupResourceType);
  });
});

describe('a filter on what is never returned', () => {
  const schema = defineSchema({
    id: 'urn:example:a',
    name: 'A',
    attributes: [
      {
        name: 'card',
        type: 'complex',
        subAttributes: [{ name: 'pin', returned: 'never' }, { name: 'name' }],
      },
    ],
  });
  const type = defineResourceType({ name: 'A', endpoint: '/As', schema: schema.id }, [schema]);

  it.each(['card.pin eq "1"', 'card[pin sw "1"]', 'card[name pr].pin pr', 'not (card.pin pr)'])(
    '%s',
    (filter) => {
      expect(refusalOf(() => resolveFilter(parseFilter(filter), type))).toEqual({
        status: 403,
        scimType: 'sensitive',
      });
    },
  );
});

describe('the tree of a filter', () => {
  it('is frozen to its leaves', () => {
    const filter = parseFilter('not (a eq 1) and b[c eq "d" or e pr]');
    const walk = (node: unknown): void => {
      if (typeof node !== 'object' || node === null) return;
      expect(Object.isFrozen(node)).toBe(true);
      Object.values(node).forEach(walk);
    };
    walk(filter);
    walk(filterFromJson(JSON.parse(JSON.stringify(filter))));
  });

  it.each([
    ['a eq 1 and b eq 2 and c eq 3', 'a eq 1 and b eq 2 and c eq 3'],
    ['a eq 1 and (b eq 2 and c eq 3)', 'a eq 1 and (b eq 2 and c eq 3)'],
    ['(a eq 1 or b eq 2) and c eq x', '(a eq 1 or b eq 2) and c eq "x"'],
    ['((a eq 1))', 'a eq 1'],
    ['NOT (a PR)', 'not (a pr)'],
    ['emails[type eq "work"].value eq "x"', 'emails[type eq "work" and value eq "x"]'],
    ['emails[a eq 1 and b eq 2].value eq "x"', 'emails[a eq 1 and b eq 2 and value eq "x"]'],
    ['emails[a eq 1 or b eq 2].value eq "x"', 'emails[(a eq 1 or b eq 2) and value eq "x"]'],
  ])('of %s prints as %s', (text, printed) => {
    expect(printFilter(parseFilter(text))).toBe(printed);
  });
});

describe('the limits of a filter', () => {
  const clauses = (count: number): string => Array.from({ length: count }, () => 'a pr').join(' or ');

  it('hold for clauses', () => {
    expect(parseFilter(clauses(128)).kind).toBe('or');
    expect(refusalOf(() => parseFilter(clauses(129))).scimType).toBe('invalidFilter');
  });

  it('hold for length', () => {
    const text = (length: number): string => `a eq "${'x'.repeat(length - 7)}"`;
    expect(parseFilter(text(4096)).kind).toBe('comparison');
    expect(refusalOf(() => parseFilter(text(4097))).scimType).toBe('invalidFilter');
  });

  it('hold for depth, of groups, negations and value paths', () => {
    const nested = (levels: number): string => '('.repeat(levels) + 'a pr' + ')'.repeat(levels);
    const negated = (levels: number): string => 'not ('.repeat(levels) + 'a pr' + ')'.repeat(levels);
    expect(parseFilter(nested(32)).kind).toBe('present');
    expect(refusalOf(() => parseFilter(nested(33))).scimType).toBe('invalidFilter');
    expect(refusalOf(() => parseFilter(negated(33))).scimType).toBe('invalidFilter');
    expect(refusalOf(() => parseFilter(`a[${nested(33)}]`)).scimType).toBe('invalidFilter');
  });

  it('hold whatever the depth, without a stack overflow', () => {
    const limits = { lengthMax: Number.MAX_SAFE_INTEGER };
    for (const open of ['(', 'not (', 'a[', 'a[(', 'not (a[']) {
      expect(refusalOf(() => parseFilter(open.repeat(200_000), limits)).scimType).toBe('invalidFilter');
    }
  });

  it('hold for a tree from another process', () => {
    let tree: unknown = { kind: 'present', path: { attribute: 'a' } };
    for (let level = 0; level < 5000; level += 1) tree = { kind: 'not', filter: tree };
    expect(refusalOf(() => filterFromJson(tree)).scimType).toBe('invalidFilter');
    const leaf = { kind: 'present', path: { attribute: 'a' } };
    const wide = { kind: 'or', filters: Array.from({ length: 129 }, () => leaf) };
    expect(refusalOf(() => filterFromJson(wide)).scimType).toBe('invalidFilter');
    const literal = (value: unknown): unknown => ({
      kind: 'comparison',
      path: { attribute: 'a' },
      operator: 'eq',
      value,
    });
    expect(filterFromJson(literal('x'.repeat(4096))).kind).toBe('comparison');
    expect(refusalOf(() => filterFromJson(literal('x'.repeat(4097)))).scimType).toBe('invalidFilter');
  });

  it.each([
    null,
    'a pr',
    [],
    {},
    { kind: 'xor' },
    { kind: 'and', filters: [] },
    { kind: 'and', filters: [{ kind: 'present', path: { attribute: 'a' } }] },
    { kind: 'present', path: { attribute: 'a b' } },
    { kind: 'present', path: { attribute: '__proto__' } },
    { kind: 'present', path: { attribute: 'a', schema: 'no urn' } },
    { kind: 'present', path: { attribute: 'a', subAttribute: '' } },
    { kind: 'comparison', path: { attribute: 'a' }, operator: 'pr', value: 1 },
    { kind: 'comparison', path: { attribute: 'a' }, operator: 'eq' },
    { kind: 'comparison', path: { attribute: 'a' }, operator: 'eq', value: { $ne: 1 } },
    { kind: 'comparison', path: { attribute: 'a' }, operator: 'eq', value: '\0' },
    { kind: 'comparison', path: { attribute: 'a' }, operator: 'toString', value: 1 },
    {
      kind: 'valuePath',
      path: { attribute: 'a' },
      filter: {
        kind: 'valuePath',
        path: { attribute: 'b' },
        filter: { kind: 'present', path: { attribute: 'c' } },
      },
    },
  ])('refuse the tree %j', (tree) => {
    expect(refusalOf(() => filterFromJson(tree))).toEqual({ status: 400, scimType: 'invalidFilter' });
  });
});
