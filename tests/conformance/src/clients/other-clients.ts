import { absent, noValues, someInteger, type Expected } from '../replay/expected-json.js';
import { get, patch, post, put, remove, type ReplayCase } from '../replay/replay-case.js';
import { CORE, ENTERPRISE, GROUP, LIST } from '../replay/scim-names.js';
import { groupIs, listOf, newGroup, newUser, nothingFound, userIs } from '../replay/usual-steps.js';

/** What the connectors of OneLogin, JumpCloud, Google Workspace and Ping Identity send. */

const json = { 'content-type': 'application/json' };
const someUser: Expected = { id: '{{jo}}', userName: 'jo.{{n}}@contoso.com' };

const oneLogin: readonly ReplayCase[] = [
  {
    name: 'OneLogin: one object for emails, active as text, id null, a manager by managerId',
    steps: [
      newUser('boss'),
      post(
        '/Users',
        {
          schemas: [CORE, ENTERPRISE],
          id: null,
          userName: 'jo.{{n}}@contoso.com',
          active: 'true',
          name: { givenName: 'Jo', familyName: 'Berg' },
          emails: { value: 'jo@contoso.com' },
          [ENTERPRISE]: { manager: { managerId: '{{boss}}' } },
        },
        { as: 'jo', headers: json },
      ),
      userIs('jo', {
        active: true,
        emails: [{ value: 'jo@contoso.com' }],
        [ENTERPRISE]: { manager: { value: '{{boss}}' } },
      }),
      put(
        '/Users/{{jo}}',
        {
          schemas: [CORE],
          id: '{{jo}}',
          userName: 'jo.{{n}}@contoso.com',
          active: 'false',
          emails: { value: 'new@contoso.com' },
        },
        { headers: json, answers: { active: false, emails: [{ value: 'new@contoso.com' }] } },
      ),
    ],
  },
  {
    name: 'OneLogin: connection test, groups by PATCH, user deleted',
    steps: [
      get('/Users?filter=userName%20eq%20%22onelogin-test-{{n}}%22', {
        headers: { accept: 'application/json' },
        answers: nothingFound,
      }),
      newUser('jo'),
      newGroup('eng'),
      patch('/Groups/{{eng}}', [{ op: 'add', path: 'members', value: [{ value: '{{jo}}' }] }], {
        headers: json,
      }),
      groupIs('eng', { members: [{ value: '{{jo}}' }] }),
      remove('/Users/{{jo}}'),
      groupIs('eng', { members: noValues }),
    ],
  },
];

const jumpCloud: readonly ReplayCase[] = [
  {
    name: 'JumpCloud: activation makes a test user and a test group and takes them away',
    steps: [
      post(
        '/Users',
        {
          schemas: [CORE],
          userName: 'test.{{n}}@contoso.com',
          active: true,
          emails: [{ value: 'test.{{n}}@contoso.com', primary: true, type: 'work' }],
          name: { givenName: 'Test', familyName: 'User' },
        },
        { as: 'test' },
      ),
      put(
        '/Users/{{test}}',
        { schemas: [CORE], id: '{{test}}', userName: 'test.{{n}}@contoso.com', active: false },
        { answers: { active: false } },
      ),
      post(
        '/Groups',
        { schemas: [GROUP], displayName: 'test {{n}}', members: [{ value: '{{test}}' }] },
        { as: 'group' },
      ),
      patch('/Groups/{{group}}', [{ op: 'remove', path: 'members', value: [{ value: '{{test}}' }] }]),
      groupIs('group', { members: noValues }),
      remove('/Groups/{{group}}'),
      remove('/Users/{{test}}'),
    ],
  },
  {
    name: 'JumpCloud: one operation per attribute',
    steps: [
      newUser('jo'),
      patch('/Users/{{jo}}', [
        { op: 'replace', path: 'name.givenName', value: 'Jo' },
        { op: 'replace', path: 'name.familyName', value: 'Berg' },
        { op: 'replace', path: 'active', value: false },
      ]),
      userIs('jo', { name: { givenName: 'Jo', familyName: 'Berg' }, active: false }),
    ],
  },
];

const google: readonly ReplayCase[] = [
  {
    name: 'Google Workspace: probe, create, suspend, delete',
    steps: [
      get('/Users?count=1', { answers: { schemas: [LIST], totalResults: someInteger } }),
      get('/Users?filter=userName%20eq%20%22jo.{{n}}%40contoso.com%22', { answers: nothingFound }),
      newUser('jo', { name: { givenName: 'Jo', familyName: 'Berg' }, active: true }),
      patch('/Users/{{jo}}', [{ op: 'replace', path: 'active', value: false }], {
        answers: { active: false },
      }),
      put(
        '/Users/{{jo}}',
        { schemas: [CORE], userName: 'jo.{{n}}@contoso.com', active: false },
        { answers: { active: false, name: absent } },
      ),
      remove('/Users/{{jo}}'),
    ],
  },
];

const ping: readonly ReplayCase[] = [
  {
    name: 'Ping: operators in odd case, mail by co',
    steps: [
      newUser('jo', { emails: [{ type: 'work', value: 'jo.{{n}}@contoso.com' }] }),
      get('/Users?filter=userName%20Eq%20%22jo.{{n}}%40contoso.com%22', { answers: listOf(someUser) }),
      get('/Users?filter=email%20Co%20%22jo%22', { status: 400 }),
      get('/Users?filter=emails%20Co%20%22jo.{{n}}%22', { answers: listOf(someUser) }),
      get('/Users?filter=emails.value%20CO%20%22JO.{{n}}%22', { answers: listOf(someUser) }),
    ],
  },
  {
    name: 'Ping: a user created inactive, updated by PUT, matched among all groups',
    tenant: {},
    steps: [
      newUser('jo', { active: false }),
      userIs('jo', { active: false }),
      put(
        '/Users/{{jo}}',
        { schemas: [CORE], id: '{{jo}}', userName: 'jo.{{n}}@contoso.com', active: true, title: 'Lead' },
        { answers: { active: true, title: 'Lead' } },
      ),
      newGroup('eng'),
      newGroup('ops'),
      get('/Groups', { answers: { totalResults: 2, Resources: [{ id: '{{eng}}' }, { id: '{{ops}}' }] } }),
    ],
  },
  {
    name: 'Inbound directions: changed since a time, and active ones',
    tenant: {},
    steps: [
      newUser('jo', { active: true }),
      newUser('eve', { active: false }),
      get('/Users?filter=meta.lastModified%20ge%20%222020-01-01T00%3A00%3A00Z%22', {
        answers: { totalResults: 2 },
      }),
      get('/Users?filter=meta.lastModified%20le%20%222020-01-01T00%3A00%3A00Z%22', {
        answers: { totalResults: 0 },
      }),
      get('/Users?filter=active%20eq%20true', { answers: listOf({ id: '{{jo}}' }) }),
    ],
  },
];

export const otherClientCases: readonly ReplayCase[] = [...oneLogin, ...jumpCloud, ...google, ...ping];
