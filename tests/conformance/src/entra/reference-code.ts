import { absent, including, noValues, someText, type Expected } from '../replay/expected-json.js';
import { percentEncoded } from '../replay/encoding.js';
import { type JsonObject } from '../replay/json.js';
import { get, patch, post, put, remove, type ReplayCase, type Step } from '../replay/replay-case.js';
import { CORE, ENTERPRISE, GROUP, LIST } from '../replay/scim-names.js';
import { groupIs, listOf, newUser, scimError, userIs } from '../replay/usual-steps.js';

/** The request collection that comes with Microsoft's reference code. Its two wrong paths (`/users`, `/serviceConfiguration`) are put right. */

function employee(as: string, more: JsonObject = {}): Step {
  return post(
    '/Users',
    {
      schemas: [CORE],
      userName: `${as} {{n}}`,
      active: true,
      displayName: `display ${as}`,
      name: { formatted: `Mx ${as} Employee`, familyName: 'Employee', givenName: as },
      emails: [
        { primary: true, type: 'work', value: `${as}@example.com` },
        { type: 'home', value: `${as}@example.org` },
      ],
      ...more,
    },
    { as, answers: { id: someText, userName: `${as} {{n}}` } },
  );
}

const emptyTenant = {};
const found = (filter: string, count: number): Step =>
  get(`/Users?filter=${percentEncoded(filter)}`, { answers: { totalResults: count } });

const endpoints: ReplayCase = {
  name: 'collection: endpoints',
  steps: [
    get('/Users', { answers: { schemas: [LIST] } }),
    get('/Groups', { answers: { schemas: [LIST] } }),
    get('/ResourceTypes', { answers: { Resources: including({ endpoint: '/Users' }) } }),
    get('/ServiceProviderConfig', { answers: { patch: { supported: true } } }),
    get('/Schemas', { answers: { Resources: including({ description: 'User Account' }) } }),
  ],
};

const users: ReplayCase = {
  name: 'collection: users',
  tenant: emptyTenant,
  steps: [
    employee('ann'),
    employee('bob', {
      schemas: [CORE, ENTERPRISE],
      [ENTERPRISE]: { Department: 'Bob', Manager: { Value: '{{ann}}' } },
    }),
    userIs('ann', { userName: 'ann {{n}}' }),
    userIs('bob', { [ENTERPRISE]: { department: 'Bob', manager: { value: '{{ann}}' } } }),
    get('/Users?attributes=userName,emails', {
      answers: {
        totalResults: 2,
        Resources: including({
          id: '{{ann}}',
          userName: 'ann {{n}}',
          emails: including({ value: 'ann@example.com' }),
          displayName: absent,
        }),
      },
    }),
    get('/Users/?filter=DisplayName+eq+%22display+ann%22', { answers: listOf({ id: '{{ann}}' }) }),
    patch('/Users/{{ann}}', [{ op: 'replace', path: 'userName', value: 'ann2 {{n}}' }]),
    userIs('ann', { userName: 'ann2 {{n}}' }),
    put(
      '/Users/{{ann}}',
      {
        schemas: [CORE],
        userName: 'ann3 {{n}}',
        active: true,
        name: { formatted: 'Mx Ann', familyName: 'Ann' },
      },
      { answers: { userName: 'ann3 {{n}}', displayName: absent } },
    ),
    userIs('ann', { name: { formatted: 'Mx Ann', familyName: 'Ann', givenName: absent } }),
    remove('/Users/{{ann}}'),
    remove('/Users/{{bob}}'),
    get('/Users?attributes=userName', { answers: { totalResults: 0, Resources: [] } }),
  ],
};

const allThree: Expected = { members: [{ value: '{{ann}}' }, { value: '{{bob}}' }, { value: '{{cat}}' }] };
const addCat = [
  { name: 'addMember', op: 'add', path: 'members', value: [{ displayName: 'Cat', value: '{{cat}}' }] },
];

const groups: ReplayCase = {
  name: 'collection: groups',
  tenant: emptyTenant,
  steps: [
    post('/Groups', { schemas: [GROUP], displayName: 'empty' }, { as: 'empty' }),
    ...['ann', 'bob', 'cat'].map((each) => employee(each)),
    post(
      '/Groups',
      { schemas: [GROUP], displayName: 'filled', members: [{ value: '{{ann}}' }, { value: '{{bob}}' }] },
      { as: 'filled' },
    ),
    groupIs('filled', { members: [{ value: '{{ann}}' }, { value: '{{bob}}' }] }),
    put(
      '/Groups/{{empty}}',
      {
        schemas: [GROUP],
        displayName: 'put',
        members: [{ value: '{{ann}}', displayName: 'Ann' }, { value: '{{bob}}' }],
      },
      { answers: { displayName: 'put' } },
    ),
    groupIs('empty', { displayName: 'put', members: [{ value: '{{ann}}' }, { value: '{{bob}}' }] }),
    patch('/Groups/{{empty}}', addCat),
    groupIs('empty', allThree),
    patch('/Groups/{{empty}}', [{ name: 'removeMember', op: 'remove', path: 'members[value eq "{{cat}}"]' }]),
    patch('/Groups/{{empty}}', addCat),
    groupIs('empty', allThree),
    patch('/Groups/{{empty}}', [{ name: 'removeMembers', op: 'remove', path: 'members' }]),
    groupIs('empty', { members: noValues }),
    remove('/Groups/{{empty}}'),
    remove('/Groups/{{filled}}'),
    get('/Groups', { answers: { totalResults: 0, Resources: [] } }),
  ],
};

const complexAttributes: ReplayCase = {
  name: 'collection: attributes chosen by a value path',
  steps: [
    employee('ann'),
    get(`/Users/{{ann}}?attributes=${percentEncoded('emails[type eq "work"]')}`, {
      answers: { emails: including({ value: 'ann@example.com' }) },
    }),
    get(`/Users/{{ann}}?attributes=${percentEncoded('emails[value eq "ann@example.org"]')}`, {
      answers: { emails: including({ value: 'ann@example.org' }) },
    }),
    get(`/Users?attributes=${percentEncoded('emails[type eq "work"]')}&filter=userName+eq+%22ann+{{n}}%22`, {
      answers: { Resources: [{ emails: including({ value: 'ann@example.com' }) }] },
    }),
  ],
};

const garbage: ReplayCase = {
  name: 'collection: users with garbage',
  tenant: emptyTenant,
  steps: [
    employee('ann'),
    employee('bob', { active: 'True' }),
    userIs('bob', { active: true }),
    get('/Users', { answers: { totalResults: 2 } }),
    employee('cat'),
    employee('Oda', { displayName: 'Oda' }),
    post('/Users', { schemas: [CORE], displayName: 'nobody' }, { status: 400, answers: scimError(400) }),
    post('/Users', '{ "schemas": ["urn', {
      status: 400,
      answers: scimError(400, { scimType: 'invalidSyntax' }),
    }),
    ...['ann', 'ANN', 'bob'].map((each) =>
      post(
        '/Users',
        { schemas: [CORE], userName: `${each} {{n}}` },
        { status: 409, answers: scimError(409, { detail: someText }) },
      ),
    ),
    put('/Users/{{ann}}', { schemas: [CORE], displayName: 'nobody' }, { status: 400 }),
    put(
      '/Users/{{ann}}',
      {
        schemas: [CORE],
        userName: 'ann {{n}}',
        dispName: 'misspelt',
        active: true,
        name: { familyName: 'Employee' },
        emails: [{ value: 'ann@example.com' }],
      },
      { answers: { userName: 'ann {{n}}' } },
    ),
    employee('eve', {
      schemas: [CORE, ENTERPRISE],
      [ENTERPRISE]: { employeeNumber: '1', manager: { value: '{{ann}}' } },
    }),
    patch('/Users/{{eve}}', [{ op: 'replace', path: 'userName', value: 'eve2 {{n}}' }]),
    patch('/Users/{{eve}}', [{ op: 'replace', path: 'active', value: false }]),
    userIs('eve', { userName: 'eve2 {{n}}', active: false }),
    put(
      '/Users/{{eve}}',
      {
        schemas: [CORE],
        userName: 'eve3 {{n}}',
        name: { familyName: 'Employee' },
        emails: [{ value: 'eve@example.org' }],
      },
      { answers: { userName: 'eve3 {{n}}', [ENTERPRISE]: absent } },
    ),
    get('/Users?startIndex=1&count=2', { answers: { totalResults: 5, itemsPerPage: 2, startIndex: 1 } }),
    get('/Users?attributes=userName', { answers: { totalResults: 5 } }),
    found('name.FamilyName eq Employee and (emails.Value co example.com or emails.Value co example.org)', 5),
    found('userName sw O', 1),
    found('meta.Created gt 2015-10-10T14:38:21.8617979-07:00', 5),
    ...['ann', 'bob', 'cat', 'Oda', 'eve'].map((each) => remove(`/Users/{{${each}}}`)),
    get('/Users', { answers: { totalResults: 0, Resources: [] } }),
  ],
};

const groupGarbage: ReplayCase = {
  name: 'collection: groups with garbage, in a tenant that passes over unknown members',
  tenant: { settings: { unknownMembers: 'lenient' } },
  steps: [
    post('/Groups', { schemas: [GROUP], displayName: 'eng' }, { as: 'eng' }),
    patch('/Groups/{{eng}}', [{ op: 'add', path: 'members', value: 'string id 1' }], { status: 204 }),
    patch('/Groups/{{eng}}', [{ op: 'add', path: 'members', value: 'string id 2' }], { status: 204 }),
    groupIs('eng', { displayName: 'eng' }),
    get('/Groups/{{eng}}?excludedAttributes=members', { answers: { displayName: 'eng', members: absent } }),
    put('/Groups/{{eng}}', { schemas: [GROUP], displayName: 'ops' }, { answers: { displayName: 'ops' } }),
    remove('/Groups/{{eng}}'),
  ],
};

const noContent: ReplayCase = {
  name: 'collection: a PATCH of a user is answered 204 in a tenant that wants it so',
  tenant: { settings: { patchUserReturnsBody: false } },
  steps: [
    newUser('jo'),
    patch('/Users/{{jo}}', [{ op: 'replace', path: 'active', value: false }], { status: 204 }),
    userIs('jo', { active: false }),
  ],
};

export const referenceCodeCases: readonly ReplayCase[] = [
  endpoints,
  users,
  groups,
  complexAttributes,
  garbage,
  groupGarbage,
  noContent,
];
