import { absent, including, noValues, someInteger, someText } from '../replay/expected-json.js';
import { percentEncoded } from '../replay/encoding.js';
import { type JsonObject } from '../replay/json.js';
import { get, patch, post, put, remove, type ReplayCase } from '../replay/replay-case.js';
import { CORE, GROUP, LIST } from '../replay/scim-names.js';
import {
  groupIs,
  listOf,
  newGroup,
  newUser,
  nothingFound,
  scimError,
  userIs,
} from '../replay/usual-steps.js';

/** Okta's published checks, and what its jobs send. */

const sent: JsonObject = {
  schemas: [CORE],
  userName: 'jo.{{n}}@contoso.com',
  name: { givenName: 'Jo', familyName: 'Berg' },
  emails: [{ primary: true, value: 'jo.{{n}}@contoso.com', type: 'work' }],
  displayName: 'Jo Berg',
  locale: 'en-US',
  externalId: '00u{{n}}',
  groups: [],
  password: 'Xk2!{{n}}',
  active: true,
};
const { password: _password, groups: _groups, ...kept } = sent;

const created = post('/Users', sent, { as: 'jo', answers: { ...kept, id: someText, password: absent } });
const byName = (name: string): string =>
  `/Users?filter=${percentEncoded(`userName eq "${name}"`)}&startIndex=1&count=100`;

/** RFC 7644 lets an update carry everything that a GET showed, readOnly attributes with it. */
function wholeResource(changed: JsonObject): JsonObject {
  return {
    ...kept,
    id: '{{jo}}',
    groups: [],
    meta: { resourceType: 'User', version: 'W/"1"', location: 'https://scim.example/Users/{{jo}}' },
    ...changed,
  };
}

const specification: readonly ReplayCase[] = [
  {
    name: 'spec 1: there are users, with all that is required',
    tenant: {},
    steps: [
      created,
      get('/Users?count=1&startIndex=1', {
        answers: {
          schemas: [LIST],
          itemsPerPage: someInteger,
          startIndex: 1,
          totalResults: someInteger,
          Resources: [
            {
              id: someText,
              userName: someText,
              active: true,
              name: { familyName: someText, givenName: someText },
              emails: [{ value: someText }],
            },
          ],
        },
      }),
    ],
  },
  { name: 'spec 2: a user by id', steps: [created, userIs('jo', { id: '{{jo}}', ...kept })] },
  {
    name: 'spec 3: a filter on a user that is not there',
    steps: [get(byName('nobody.{{n}}'), { answers: nothingFound })],
  },
  {
    name: 'spec 4: an id that is not there is 404, with the status as text',
    steps: [
      get('/Users/010101001010101011001010101011', {
        status: 404,
        answers: scimError(404, { detail: someText }),
      }),
      get('/Users/5b1d9b0e-6f6c-4a39-a3e2-6c1f6f3c2a10', {
        status: 404,
        answers: scimError(404, { detail: someText }),
      }),
    ],
  },
  {
    name: 'spec 5: a random user does not exist',
    steps: [get(byName('random.{{n}}@contoso.com'), { answers: { totalResults: 0 } })],
  },
  { name: 'spec 6: create a user', steps: [created] },
  { name: 'spec 7: get the created user', steps: [created, userIs('jo', kept)] },
  {
    name: 'spec 8: create it again is 409',
    steps: [
      created,
      post('/Users', sent, { status: 409, answers: scimError(409, { scimType: 'uniqueness' }) }),
    ],
  },
  {
    name: 'spec 9: the user name in capitals finds it',
    steps: [created, get(byName('JO.{{n}}@CONTOSO.COM'), { answers: listOf({ id: '{{jo}}' }) })],
  },
  {
    name: 'spec 10: groups are answered, and a bad token is 401',
    steps: [
      get('/Groups', { answers: { schemas: [LIST] } }),
      get('/Users', { status: 401, headers: { authorization: 'Bearer bad' }, answers: scimError(401) }),
    ],
  },
];

const life: readonly ReplayCase[] = [
  {
    name: 'assign, update, deactivate, reactivate and reassign by PUT',
    steps: [
      get(byName('jo.{{n}}@contoso.com'), { answers: nothingFound }),
      created,
      userIs('jo', kept),
      put(
        '/Users/{{jo}}',
        wholeResource({ displayName: 'Jo Nord', name: { givenName: 'Jo', familyName: 'Nord' } }),
        {
          answers: { id: '{{jo}}', displayName: 'Jo Nord', active: true, password: absent },
        },
      ),
      put('/Users/{{jo}}', wholeResource({ active: false }), { answers: { active: false } }),
      get(byName('jo.{{n}}@contoso.com'), { answers: listOf({ id: '{{jo}}', active: false }) }),
      put('/Users/{{jo}}', wholeResource({ active: true }), { answers: { id: '{{jo}}', active: true } }),
      get(byName('jo.{{n}}@contoso.com'), { answers: listOf({ id: '{{jo}}', active: true }) }),
    ],
  },
  {
    name: 'deactivate and reactivate by PATCH without a path',
    steps: [
      created,
      patch('/Users/{{jo}}', [{ op: 'replace', value: { active: false } }], { answers: { active: false } }),
      userIs('jo', { ...kept, active: false }),
      patch('/Users/{{jo}}', [{ op: 'replace', value: { active: true, password: 'Zz9!{{n}}' } }], {
        answers: { active: true, password: absent },
      }),
      userIs('jo', { ...kept, active: true }),
    ],
  },
  {
    name: 'PUT removes what it leaves out, and keeps the id',
    steps: [
      created,
      put(
        '/Users/{{jo}}',
        { schemas: [CORE], id: 'another-id', userName: 'jo.{{n}}@contoso.com' },
        { answers: { id: '{{jo}}', displayName: absent, emails: noValues } },
      ),
      userIs('jo', { displayName: absent, name: absent, externalId: absent }),
    ],
  },
  {
    name: 'PUT of a user name that is taken is 409; of a user that is not there 404',
    steps: [
      newUser('eve'),
      created,
      put('/Users/{{jo}}', wholeResource({ userName: 'eve.{{n}}@contoso.com' }), {
        status: 409,
        answers: scimError(409, { scimType: 'uniqueness' }),
      }),
      put('/Users/5b1d9b0e-6f6c-4a39-a3e2-6c1f6f3c2a10', sent, { status: 404 }),
      userIs('jo', { userName: 'jo.{{n}}@contoso.com' }),
    ],
  },
  {
    name: 'import: pages of users and of groups until there are no more',
    tenant: {},
    steps: [
      ...['a', 'b', 'c'].map((each) => newUser(each)),
      newGroup('eng'),
      get('/Users?startIndex=1&count=2', { answers: { totalResults: 3, itemsPerPage: 2, startIndex: 1 } }),
      get('/Users?startIndex=3&count=2', { answers: { totalResults: 3, itemsPerPage: 1, startIndex: 3 } }),
      get('/Users?startIndex=5&count=2', { answers: { totalResults: 3, itemsPerPage: 0 } }),
      get('/Groups?startIndex=1&count=100', { answers: { totalResults: 1 } }),
    ],
  },
];

const people = [newUser('jo'), newUser('eve')];
const groupByName = `/Groups?filter=${percentEncoded('displayName eq "eng {{n}}"')}&startIndex=1&count=100`;

const groupPush: readonly ReplayCase[] = [
  {
    name: 'group push: matched, created with members and linked',
    steps: [
      ...people,
      get(groupByName, { answers: nothingFound }),
      post(
        '/Groups',
        {
          schemas: [GROUP],
          displayName: 'eng {{n}}',
          members: [{ value: '{{jo}}', display: 'jo.{{n}}@contoso.com' }],
        },
        { as: 'eng', answers: { members: [{ value: '{{jo}}' }] } },
      ),
      get(groupByName, { answers: listOf({ id: '{{eng}}', members: [{ value: '{{jo}}' }] }) }),
    ],
  },
  {
    name: 'group push: created with an empty list of members',
    steps: [
      post('/Groups', { schemas: [GROUP], displayName: 'eng {{n}}', members: [] }, { as: 'eng' }),
      groupIs('eng', { members: noValues }),
    ],
  },
  {
    name: 'group push: renamed by a value that carries the id',
    steps: [
      ...people,
      newGroup('eng', { members: [{ value: '{{jo}}' }] }),
      patch('/Groups/{{eng}}', [{ op: 'replace', value: { id: '{{eng}}', displayName: 'ops {{n}}' } }]),
      groupIs('eng', { displayName: 'ops {{n}}', members: [{ value: '{{jo}}' }] }),
    ],
  },
  {
    name: 'group push: members added and removed',
    steps: [
      ...people,
      newGroup('eng', { members: [{ value: '{{jo}}' }] }),
      patch('/Groups/{{eng}}', [
        { op: 'remove', path: 'members[value eq "{{jo}}"]' },
        { op: 'add', path: 'members', value: [{ value: '{{eve}}', display: 'eve' }] },
      ]),
      groupIs('eng', { members: [{ value: '{{eve}}' }] }),
    ],
  },
  {
    name: 'group push: pushed now, by replacing the members or by PUT',
    steps: [
      ...people,
      newGroup('eng', { members: [{ value: '{{jo}}' }] }),
      patch('/Groups/{{eng}}', [
        { op: 'replace', path: 'members', value: [{ value: '{{eve}}', display: 'eve' }] },
      ]),
      groupIs('eng', { members: [{ value: '{{eve}}' }] }),
      put(
        '/Groups/{{eng}}',
        {
          schemas: [GROUP],
          id: '{{eng}}',
          displayName: 'eng {{n}}',
          members: [{ value: '{{jo}}' }, { value: '{{eve}}' }],
        },
        { answers: { members: including({ value: '{{jo}}' }, { value: '{{eve}}' }) } },
      ),
    ],
  },
  {
    name: 'group push: deleted',
    steps: [newGroup('eng'), remove('/Groups/{{eng}}'), get(groupByName, { answers: nothingFound })],
  },
];

export const oktaCases: readonly ReplayCase[] = [...specification, ...life, ...groupPush];
