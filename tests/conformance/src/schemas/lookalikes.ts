import { absent, inOrder } from '../replay/expected-json.js';
import { percentEncoded } from '../replay/encoding.js';
import { type JsonObject } from '../replay/json.js';
import {
  get,
  patch,
  post,
  put,
  remove,
  type ReplayCase,
  type Step,
  type TenantWish,
} from '../replay/replay-case.js';
import { CORE } from '../replay/scim-names.js';
import { newGroup, newUser, scimError, userIs, userNameOf } from '../replay/usual-steps.js';

const LOOKALIKE = 'urn:example:2.0:Lookalike';
/** Its URN continues that of the core schema and ends in a version. */
const MORE = 'urn:example:2.0:Lookalike:2.0';
const OF_USERS = 'urn:example:lookalike:2.0:User';
const OF_GROUPS = 'urn:example:lookalike:2.0:Group';

function complex(name: string, more: JsonObject, ...parts: JsonObject[]): JsonObject {
  return { name, type: 'complex', subAttributes: parts, ...more };
}

const likeOfUsers: readonly JsonObject[] = [
  { name: 'userName' },
  { name: 'displayName', uniqueness: 'server' },
  { name: 'active' },
  { name: 'password' },
  { name: 'externalId' },
  complex('emails', { multiValued: true }, { name: 'value' }, { name: 'primary' }),
  complex('groups', {}, { name: 'value', type: 'integer' }),
  { name: 'members', multiValued: true },
];

/** Every name that means something in the standard schemas, with another type and another meaning. */
const lookalikes: { readonly tenant: TenantWish } = {
  tenant: {
    domains: ['contoso.com'],
    registration: {
      schemas: [
        {
          id: LOOKALIKE,
          name: 'Lookalike',
          attributes: [
            { name: 'userName', type: 'integer' },
            complex('displayName', {}, { name: 'value' }, { name: 'lang' }),
            { name: 'active', type: 'string' },
            { name: 'password', caseExact: true },
            { name: 'members', type: 'integer', multiValued: true },
            complex('groups', {}, { name: 'value' }, { name: 'display' }),
            complex(
              'emails',
              { multiValued: true },
              { name: 'value', type: 'decimal' },
              { name: 'primary', type: 'string' },
            ),
            complex('manager', {}, { name: 'managerId' }, { name: 'displayName' }),
            { name: 'Operations', type: 'boolean' },
            { name: 'version', type: 'integer' },
            { name: 'not' },
          ],
        },
        { id: MORE, name: 'More', attributes: likeOfUsers },
        { id: OF_USERS, name: 'OfUsers', attributes: likeOfUsers },
        { id: OF_GROUPS, name: 'OfGroups', attributes: likeOfUsers },
      ],
      resourceTypes: [
        {
          name: 'Lookalike',
          endpoint: '/User',
          schema: LOOKALIKE,
          schemaExtensions: [{ schema: MORE }],
        },
        { name: 'User', schemaExtensions: [{ schema: OF_USERS }] },
        { name: 'Group', schemaExtensions: [{ schema: OF_GROUPS }] },
      ],
    },
  },
};

const body: JsonObject = {
  userName: 7,
  displayName: { value: 'Name', lang: 'en' },
  active: 'no',
  password: 'kept',
  members: [3, 1],
  groups: { value: 'g', display: 'G' },
  emails: [
    { value: 1.5, primary: 'yes' },
    { value: 2, primary: 'yes' },
  ],
  manager: { managerId: 'm', displayName: 'M' },
  Operations: true,
  version: 9,
  not: 'so',
};

const extension: JsonObject = {
  userName: 'x@elsewhere.test',
  displayName: 'D {{n}}',
  active: 'False',
  password: 'kept too',
  externalId: 'e',
  emails: [{ value: 'a', primary: 'true' }],
  groups: { value: 5 },
  members: ['a', 'b'],
};

function found(path: string, filter: string, ...ids: readonly string[]): Step {
  return get(`${path}?filter=${percentEncoded(filter)}`, {
    answers: { totalResults: ids.length, Resources: ids.map((id) => ({ id: `{{${id}}}` })) },
  });
}

/** A tenant may call its attributes what it likes. */
export const lookalikeCases: readonly ReplayCase[] = [
  {
    name: 'lookalikes: attributes of an own type may be called like those of users and groups',
    ...lookalikes,
    steps: [
      post('/User', { ...body, [MORE]: extension }, { as: 'one', answers: { ...body, [MORE]: extension } }),
      get('/User/{{one}}', { answers: { ...body, [MORE]: extension, schemas: [LOOKALIKE, MORE] } }),
      post(
        '/User',
        { userName: 1, [MORE]: { displayName: 'd {{n}}' } },
        {
          status: 409,
          answers: scimError(409, { scimType: 'uniqueness' }),
        },
      ),
      post('/User', { userName: 5 }, { as: 'two' }),
      post('/User', { userName: 7 }, { as: 'same', answers: { userName: 7 } }),
      patch('/User/{{one}}', [
        { op: 'replace', path: 'active', value: null },
        { op: 'remove', path: 'members[value eq 3]' },
        { op: 'add', path: 'groups.display', value: 'H' },
        { op: 'replace', path: 'emails[value eq 2].primary', value: 'no' },
        { op: 'replace', path: `${MORE}:active`, value: 'True' },
        { op: 'remove', path: `${MORE}:members`, value: ['a'] },
      ]),
      get('/User/{{one}}', {
        answers: {
          active: absent,
          members: [1],
          groups: { value: 'g', display: 'H' },
          emails: [
            { value: 1.5, primary: 'yes' },
            { value: 2, primary: 'no' },
          ],
          [MORE]: { active: 'True', members: ['b'] },
        },
      }),
      patch('/User/{{one}}', [{ op: 'remove', path: MORE }], { answers: { [MORE]: absent } }),
      put('/User/{{one}}', { ...body, userName: 8 }, { answers: { ...body, userName: 8, [MORE]: absent } }),
      remove('/User/{{one}}'),
      get('/Users', { answers: { totalResults: 0 } }),
    ],
  },
  {
    name: 'lookalikes: they are filtered and sorted by as what their schema says',
    ...lookalikes,
    steps: [
      post('/User', { ...body, [MORE]: extension }, { as: 'one' }),
      post('/User', { userName: 10, active: 'Yes', externalId: 'two' }, { as: 'two' }),
      found('/User', 'userName gt 8', 'two'),
      found('/User', 'active eq "yes"', 'two'),
      found('/User', 'displayName eq "name"', 'one'),
      found('/User', 'password eq "kept"', 'one'),
      found('/User', 'members eq 3', 'one'),
      found('/User', 'groups.value eq "G"', 'one'),
      found('/User', 'emails.value lt 2', 'one'),
      found('/User', 'emails.primary eq "YES"', 'one'),
      found('/User', 'Operations eq true and version eq 9 and not eq "SO"', 'one'),
      found('/User', 'externalId eq "two"', 'two'),
      found('/User', `${MORE}:active eq "false"`, 'one'),
      found('/User', `${MORE}:externalId eq "E"`, 'one'),
      found('/User', `${MORE}:groups.value eq 5`, 'one'),
      found('/User', `${MORE}:displayName eq "d {{n}}"`, 'one'),
      ...['userName', 'displayName', 'active', 'password', 'members', 'version', 'emails.value'].map((by) =>
        get(`/User?sortBy=${by}&attributes=${by}`, { answers: { totalResults: 2 } }),
      ),
      get('/User?sortBy=userName&sortOrder=descending', {
        answers: { Resources: inOrder({ id: '{{two}}' }, { id: '{{one}}' }) },
      }),
      newUser('jo', { active: true }),
      get('/?filter=active+eq+true', { answers: { totalResults: 1, Resources: [{ id: '{{jo}}' }] } }),
      found('/', 'userName sw "jo." or userName gt 9', 'jo', 'two'),
      get('/?filter=userName+eq+7', { answers: { totalResults: 1, Resources: [{ id: '{{one}}' }] } }),
    ],
  },
  {
    name: 'lookalikes: an extension does not act on the user or the group that it extends',
    ...lookalikes,
    steps: [
      newUser('jo', { [OF_USERS]: extension }),
      newUser('al', { active: false, [OF_USERS]: { active: 'true' } }),
      userIs('jo', { userName: userNameOf('jo'), [OF_USERS]: extension, active: true, password: absent }),
      patch('/Users/{{jo}}', [
        { op: 'replace', path: `${OF_USERS}:userName`, value: 'nobody@nowhere.test' },
        { op: 'replace', path: `${OF_USERS}:active`, value: '' },
        { op: 'replace', value: { [`${OF_USERS}:password`]: 'p', [`${OF_USERS}:members`]: ['c'] } },
      ]),
      userIs('jo', {
        userName: userNameOf('jo'),
        active: true,
        [OF_USERS]: { userName: 'nobody@nowhere.test', active: absent, password: 'p', members: ['c'] },
      }),
      patch('/Users/{{jo}}', [{ op: 'replace', path: `${CORE}:userName`, value: 'jo@nowhere.test' }], {
        status: 400,
        answers: scimError(400),
      }),
      found('/Users', `${OF_USERS}:userName eq "NOBODY@nowhere.test"`, 'jo'),
      found('/Users', `${OF_USERS}:active eq "TRUE"`, 'al'),
      found('/Users', 'active eq true', 'jo'),
      found('/Users', `${OF_USERS}:password eq "P"`, 'jo'),
      post(
        '/Users',
        { userName: userNameOf('bo'), [OF_USERS]: { displayName: 'D {{n}}' } },
        {
          status: 409,
          answers: scimError(409, { scimType: 'uniqueness' }),
        },
      ),
      newGroup('eng', { members: [{ value: '{{jo}}' }], [OF_GROUPS]: extension }),
      get('/Groups/{{eng}}', {
        answers: { members: [{ value: '{{jo}}' }], [OF_GROUPS]: extension },
      }),
      patch('/Groups/{{eng}}', [
        { op: 'add', path: `${OF_GROUPS}:members`, value: ['z'] },
        { op: 'add', path: 'members', value: [{ value: '{{al}}' }] },
      ]),
      get('/Groups/{{eng}}', {
        answers: {
          members: [{ value: '{{jo}}' }, { value: '{{al}}' }],
          [OF_GROUPS]: { members: ['a', 'b', 'z'] },
        },
      }),
      patch('/Groups/{{eng}}', [{ op: 'remove', path: OF_GROUPS }]),
      get('/Groups/{{eng}}', { answers: { members: [{}, {}], [OF_GROUPS]: absent } }),
      found('/Groups', `not (${OF_GROUPS}:members pr) and members.value eq "{{al}}"`, 'eng'),
    ],
  },
];
