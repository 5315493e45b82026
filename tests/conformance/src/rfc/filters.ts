import { percentEncoded } from '../replay/encoding.js';
import { get, post, type ReplayCase, type Step } from '../replay/replay-case.js';
import { CORE, ENTERPRISE, SEARCH } from '../replay/scim-names.js';
import { newGroup, newUser, scimError } from '../replay/usual-steps.js';

/** RFC 7644 section 3.4.2.2, in a tenant of three users: two of one department, one of them disabled, one with hardly anything. */
const users: readonly Step[] = [
  newUser('ann', {
    externalId: 'E1',
    title: 'Engineer',
    userType: 'Employee',
    active: true,
    nickName: 'Ann "the ann"',
    name: { familyName: 'Berg', givenName: 'Ann' },
    emails: [
      { type: 'work', value: 'ann@contoso.com', primary: true },
      { type: 'home', value: 'ann@home.example' },
    ],
    [ENTERPRISE]: { department: 'Research', employeeNumber: '10' },
  }),
  newUser('bob', {
    externalId: 'E2',
    title: 'Lead Engineer',
    userType: 'Contractor',
    active: false,
    name: { familyName: 'Çelik', givenName: 'Bob' },
    emails: [{ type: 'work', value: 'bob@contoso.com' }],
    [ENTERPRISE]: { department: 'Research', employeeNumber: '9' },
  }),
  newUser('cat'),
];

type Name = 'ann' | 'bob' | 'cat';

type Found = readonly [filter: string, ...found: Name[]];

/** Every filter with whom it finds. */
const found = (rows: readonly Found[]): Step[] =>
  rows.map(([filter, ...names]) =>
    get(`/Users?filter=${percentEncoded(filter)}`, {
      answers: { totalResults: names.length, Resources: names.map((each) => ({ id: `{{${each}}}` })) },
    }),
  );

const finds = (name: string, rows: readonly Found[]): ReplayCase => ({
  name: `filter: ${name}`,
  tenant: {},
  steps: [...users, ...found(rows)],
});

function refuses(
  name: string,
  filters: readonly string[],
  status = 400,
  scimType = 'invalidFilter',
): ReplayCase {
  return {
    name: `filter: ${name}`,
    steps: filters.map((filter) =>
      get(`/Users?filter=${percentEncoded(filter)}`, { status, answers: scimError(status, { scimType }) }),
    ),
  };
}

export const filterCases: readonly ReplayCase[] = [
  finds('eq and ne', [
    ['title eq "engineer"', 'ann'],
    ['title ne "engineer"', 'bob', 'cat'],
    ['active eq true', 'ann', 'cat'],
    ['active eq false', 'bob'],
    ['id eq "{{cat}}"', 'cat'],
  ]),
  finds('co, sw and ew', [
    ['title co "gin"', 'ann', 'bob'],
    ['title sw "LEAD"', 'bob'],
    ['title ew "engineer"', 'ann', 'bob'],
    ['name.familyName sw "ç"', 'bob'],
    ['emails.value ew "home.example"', 'ann'],
  ]),
  finds('gt, ge, lt and le', [
    ['title gt "Engineer"', 'bob'],
    ['title ge "Engineer"', 'ann', 'bob'],
    ['title lt "Lead"', 'ann'],
    ['title le "Engineer"', 'ann'],
    ['meta.created gt "2020-01-01T00:00:00Z"', 'ann', 'bob', 'cat'],
    ['meta.lastModified lt "2020-01-01T00:00:00+02:00"'],
  ]),
  finds('pr', [
    ['title pr', 'ann', 'bob'],
    ['emails pr', 'ann', 'bob'],
    ['not (title pr)', 'cat'],
    ['emails.primary pr', 'ann'],
    [`${ENTERPRISE}:department pr`, 'ann', 'bob'],
  ]),
  finds('and binds closer than or, not closest, parentheses closest of all', [
    ['userType eq "Employee" or title pr and active eq false', 'ann', 'bob'],
    ['(userType eq "Employee" or title pr) and active eq false', 'bob'],
    ['not (active eq false) and title pr', 'ann'],
    ['not (active eq false and title pr)', 'ann', 'cat'],
  ]),
  finds('a value path holds for one value', [
    ['emails[type eq "work" and value co "ann"]', 'ann'],
    ['emails[type eq "home" and value co "contoso"]'],
    ['emails.type eq "home" and emails.value co "contoso"', 'ann'],
    ['emails[not (type eq "work")]', 'ann'],
  ]),
  finds('a multi-valued attribute by itself means its value', [['emails co "contoso"', 'ann', 'bob']]),
  finds('names and operators in any case, with their URN or without', [
    ['TITLE EQ "Engineer"', 'ann'],
    [`${CORE}:title eq "Engineer"`, 'ann'],
    [`${CORE}:name.familyName eq "Berg"`, 'ann'],
    [`${ENTERPRISE}:department eq "research"`, 'ann', 'bob'],
    ['title Eq "Engineer" AND Active eq True', 'ann'],
  ]),
  finds('text keeps its case where the schema says so', [
    ['externalId eq "E1"', 'ann'],
    ['externalId eq "e1"'],
  ]),
  finds('text is JSON, with its escapes', [
    [String.raw`nickName eq "Ann \"the ann\""`, 'ann'],
    [String.raw`name.familyName eq "\u00c7elik"`, 'bob'],
  ]),
  finds('null means unassigned', [
    ['title eq null', 'cat'],
    ['title ne null', 'ann', 'bob'],
  ]),
  finds('meta is an attribute like others', [
    ['meta.resourceType eq "User"', 'ann', 'bob', 'cat'],
    ['meta.resourceType eq "Group"'],
  ]),
  refuses('what cannot be read is invalidFilter', [
    'title',
    'title eq',
    'title eq "x',
    'title zz "x"',
    '(title pr',
    'title pr)',
    'title pr and',
    'emails[type eq "work"',
    'not title pr',
    '"x" eq title',
  ]),
  refuses('what no schema has is invalidFilter', [
    'nosuch pr',
    'name.nosuch pr',
    'urn:example:nosuch:title pr',
    'title.nosuch pr',
  ]),
  refuses('booleans and binaries have no order', [
    'active gt false',
    'active le true',
    'x509Certificates.value gt "YQ=="',
  ]),
  refuses('a secret cannot be asked for', ['password eq "x"', 'password sw "x"'], 403, 'sensitive'),
  {
    name: 'filter: the groups of a user, and the members of a group',
    steps: [
      newUser('jo'),
      newGroup('eng', { members: [{ value: '{{jo}}' }] }),
      get(`/Users?filter=${percentEncoded('groups.value eq "{{eng}}"')}`, { answers: { totalResults: 1 } }),
      get(`/Users?filter=${percentEncoded('groups[value eq "{{eng}}"]')}`, { answers: { totalResults: 1 } }),
      get(`/Groups?filter=${percentEncoded('members.value eq "{{jo}}"')}`, { answers: { totalResults: 1 } }),
      get(`/Groups?filter=${percentEncoded('not (members pr) and displayName eq "eng {{n}}"')}`, {
        answers: { totalResults: 0 },
      }),
    ],
  },
  {
    name: 'filter: the groups of a user are found as they are shown, direct and indirect (RFC 7643 4.1.2)',
    tenant: {},
    steps: [
      ...users,
      newGroup('eng', { members: [{ value: '{{ann}}' }] }),
      newGroup('all', { members: [{ value: '{{eng}}', type: 'Group' }, { value: '{{bob}}' }] }),
      ...found([
        ['groups.value eq "{{all}}"', 'ann', 'bob'],
        ['groups.value eq "{{all}}" and active eq true', 'ann'],
        ['groups.display eq "ALL {{n}}" or userName eq "nobody"', 'ann', 'bob'],
        ['not (groups.value eq "{{all}}")', 'cat'],
        ['groups[value eq "{{all}}" and type eq "direct"]', 'bob'],
        ['groups[value eq "{{all}}" and type eq "indirect"]', 'ann'],
        ['groups.type eq "indirect"', 'ann'],
        ['groups[not (type eq "indirect")]', 'ann', 'bob'],
        ['groups pr', 'ann', 'bob'],
      ]),
    ],
  },
  {
    name: 'filter: what was never written finds nothing, and is no error',
    steps: [
      get(`/Users?filter=${percentEncoded('userName eq "nobody.{{n}}"')}`, { answers: { totalResults: 0 } }),
      get(`/Groups?filter=${percentEncoded('displayName eq "nobody {{n}}"')}`, {
        answers: { totalResults: 0 },
      }),
      post(
        '/Users/.search',
        { schemas: [SEARCH], filter: 'userName eq "nobody.{{n}}"' },
        { status: 200, answers: { totalResults: 0 } },
      ),
    ],
  },
];
