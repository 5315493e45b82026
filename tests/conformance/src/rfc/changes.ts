import { absent, noValues, someText, someTime, textLike, type Expected } from '../replay/expected-json.js';
import { type Json, type JsonObject } from '../replay/json.js';
import { get, patch, post, put, remove, type ReplayCase } from '../replay/replay-case.js';
import { CORE, ENTERPRISE, GROUP } from '../replay/scim-names.js';
import { groupIs, newGroup, newUser, scimError, userIs } from '../replay/usual-steps.js';

const UNKNOWN_ID = '5b1d9b0e-6f6c-4a39-a3e2-6c1f6f3c2a10';
const before: JsonObject = {
  title: 'Engineer',
  name: { familyName: 'Berg', givenName: 'Jo' },
  emails: [
    { type: 'work', value: 'work@x.test', primary: true },
    { type: 'home', value: 'home@x.test' },
  ],
};
const jo = newUser('jo', before);

const creating: readonly ReplayCase[] = [
  {
    name: 'POST: 201, the resource as it is stored, its place and its version (RFC 7644 3.3)',
    steps: [
      post(
        '/Users',
        {
          schemas: [CORE],
          userName: 'jo.{{n}}@contoso.com',
          id: 'mine',
          meta: { version: 'x', created: '2001-01-01T00:00:00Z' },
          groups: [{ value: 'x' }],
        },
        {
          as: 'jo',
          answers: {
            schemas: [CORE],
            id: textLike(/^(?!mine$)/),
            groups: noValues,
            meta: {
              resourceType: 'User',
              created: someTime,
              lastModified: someTime,
              location: textLike(/\/Users\/[\w-]+$/),
              version: 'W/"1"',
            },
          },
          answersHeaders: { location: textLike(/\/Users\/[\w-]+$/), etag: 'W/"1"' },
        },
      ),
      userIs('jo', { meta: { created: textLike(/^(?!2001)/) } }),
    ],
  },
  {
    name: 'POST: a required attribute that is missing is 400 invalidValue, a second resource of the name 409 uniqueness',
    steps: [
      post(
        '/Users',
        { schemas: [CORE] },
        { status: 400, answers: scimError(400, { scimType: 'invalidValue', detail: textLike(/userName/) }) },
      ),
      post(
        '/Groups',
        { schemas: [GROUP] },
        {
          status: 400,
          answers: scimError(400, { scimType: 'invalidValue', detail: textLike(/displayName/) }),
        },
      ),
      jo,
      post(
        '/Users',
        { schemas: [CORE], userName: 'jo.{{n}}@contoso.com' },
        { status: 409, answers: scimError(409, { scimType: 'uniqueness' }) },
      ),
    ],
  },
];

const replacing: readonly ReplayCase[] = [
  {
    name: 'PUT: replaces all that a client may set, and passes over what it may not (RFC 7644 3.5.1)',
    steps: [
      jo,
      put(
        '/Users/{{jo}}',
        {
          schemas: [CORE],
          id: 'mine',
          userName: 'jo.{{n}}@contoso.com',
          displayName: 'Jo',
          meta: { version: 'x' },
        },
        {
          answers: {
            id: '{{jo}}',
            displayName: 'Jo',
            title: absent,
            name: absent,
            emails: noValues,
            meta: { version: 'W/"2"' },
          },
          answersHeaders: { etag: 'W/"2"' },
        },
      ),
      userIs('jo', { displayName: 'Jo', title: absent }),
    ],
  },
  {
    name: 'PUT: without a required attribute is 400, to an id that is not there 404, and makes nothing',
    steps: [
      jo,
      put('/Users/{{jo}}', { schemas: [CORE], title: 'Lead' }, { status: 400, answers: scimError(400) }),
      put(
        `/Users/${UNKNOWN_ID}`,
        { schemas: [CORE], userName: 'new.{{n}}@contoso.com' },
        { status: 404, answers: scimError(404) },
      ),
      get('/Users?filter=userName+eq+%22new.{{n}}%40contoso.com%22', { answers: { totalResults: 0 } }),
      userIs('jo', before),
    ],
  },
];

function patches(name: string, operations: readonly Json[], answers: Expected): ReplayCase {
  return {
    name: `PATCH: ${name}`,
    steps: [jo, patch('/Users/{{jo}}', operations, { answers }), userIs('jo', answers)],
  };
}

function refuses(name: string, scimType: string, ...rows: readonly (readonly Json[])[]): ReplayCase {
  return {
    name: `PATCH: ${name}`,
    steps: [
      jo,
      ...rows.map((operations) =>
        patch('/Users/{{jo}}', operations, {
          status: 400,
          answers: scimError(400, { scimType, detail: someText }),
        }),
      ),
      userIs('jo', { ...before, meta: { version: 'W/"1"' } }),
    ],
  };
}

const two: Expected = [{ value: 'work@x.test' }, { value: 'home@x.test' }];

const patching: readonly ReplayCase[] = [
  patches(
    'add to a list adds to it, and what is there already is not there twice',
    [
      {
        op: 'add',
        path: 'emails',
        value: [{ type: 'home', value: 'home@x.test' }, { value: 'third@x.test' }],
      },
    ],
    {
      emails: [{ value: 'work@x.test' }, { value: 'home@x.test' }, { value: 'third@x.test' }],
    },
  ),
  patches(
    'add to a complex attribute keeps its other parts',
    [{ op: 'add', path: 'name', value: { middleName: 'M' } }],
    {
      name: { familyName: 'Berg', givenName: 'Jo', middleName: 'M' },
    },
  ),
  patches(
    'add without a path',
    [{ op: 'add', value: { nickName: 'J', [ENTERPRISE]: { department: 'Research' } } }],
    {
      nickName: 'J',
      title: 'Engineer',
      schemas: [CORE, ENTERPRISE],
      [ENTERPRISE]: { department: 'Research' },
    },
  ),
  patches(
    'a new primary value takes it from the old one',
    [{ op: 'add', path: 'emails', value: [{ value: 'new@x.test', primary: true }] }],
    {
      emails: [
        { value: 'work@x.test', primary: false },
        { value: 'home@x.test' },
        { value: 'new@x.test', primary: true },
      ],
    },
  ),
  patches(
    'replace of a list replaces all of it',
    [{ op: 'replace', path: 'emails', value: [{ value: 'new@x.test' }] }],
    { emails: [{ value: 'new@x.test', type: absent }] },
  ),
  patches(
    'replace of selected values',
    [{ op: 'replace', path: 'emails[type eq "home"].value', value: 'new@x.test' }],
    {
      emails: [{ value: 'work@x.test' }, { value: 'new@x.test', type: 'home' }],
    },
  ),
  patches('replace of what is not there adds it', [{ op: 'replace', path: 'nickName', value: 'J' }], {
    nickName: 'J',
  }),
  patches(
    'remove of an attribute, of a part and of selected values',
    [
      { op: 'remove', path: 'title' },
      { op: 'remove', path: 'name.givenName' },
      { op: 'remove', path: 'emails[type eq "home"]' },
    ],
    {
      title: absent,
      name: { familyName: 'Berg', givenName: absent },
      emails: [{ value: 'work@x.test' }],
    },
  ),
  patches(
    'operations are applied in their order',
    [
      { op: 'replace', path: 'title', value: 'a' },
      { op: 'remove', path: 'title' },
      { op: 'add', path: 'title', value: 'b' },
    ],
    { title: 'b' },
  ),
  {
    name: 'PATCH: what changes nothing keeps version and lastModified',
    steps: [
      jo,
      patch('/Users/{{jo}}', [
        { op: 'add', path: 'emails', value: [{ type: 'home', value: 'home@x.test' }] },
        { op: 'replace', path: 'title', value: 'Engineer' },
      ]),
      userIs('jo', { emails: two, meta: { version: 'W/"1"' } }),
    ],
  },
  refuses('remove without a path is noTarget', 'noTarget', [{ op: 'remove' }]),
  refuses('a selection that selects nothing is noTarget', 'noTarget', [
    { op: 'replace', path: 'emails[value co "nosuch"].type', value: 'x' },
  ]),
  refuses(
    'a path that cannot be read is invalidPath',
    'invalidPath',
    [{ op: 'add', path: 'emails[', value: 'x' }],
    [{ op: 'add', path: 'emails[type eq "work"]x', value: 'x' }],
  ),
  refuses(
    'an operation that is none is invalidSyntax',
    'invalidSyntax',
    [{ op: 'move', path: 'title', value: 'x' }],
    [{ path: 'title', value: 'x' }],
    [],
  ),
  refuses(
    'a value of the wrong type is invalidValue',
    'invalidValue',
    [{ op: 'replace', path: 'active', value: 'maybe' }],
    [{ op: 'replace', path: 'name', value: 'Jo' }],
    [{ op: 'add', path: 'emails', value: [{ value: 1 }] }],
  ),
  refuses('a required attribute cannot be taken away', 'mutability', [{ op: 'remove', path: 'userName' }]),
  refuses('all of the operations or none', 'noTarget', [
    { op: 'replace', path: 'title', value: 'Lead' },
    { op: 'remove' },
  ]),
  {
    name: 'PATCH: of what is not there is 404',
    steps: [
      patch(`/Users/${UNKNOWN_ID}`, [{ op: 'replace', path: 'title', value: 'x' }], {
        status: 404,
        answers: scimError(404),
      }),
    ],
  },
];

const deleting: readonly ReplayCase[] = [
  {
    name: 'DELETE: 204, and afterwards nothing knows the resource (RFC 7644 3.6)',
    steps: [
      jo,
      newGroup('eng', { members: [{ value: '{{jo}}' }] }),
      remove('/Users/{{jo}}'),
      get('/Users/{{jo}}', { status: 404, answers: scimError(404) }),
      put('/Users/{{jo}}', { schemas: [CORE], userName: 'jo.{{n}}@contoso.com' }, { status: 404 }),
      remove('/Users/{{jo}}', { status: 404 }),
      get('/Users?filter=userName+eq+%22jo.{{n}}%40contoso.com%22', { answers: { totalResults: 0 } }),
      groupIs('eng', { members: noValues }),
      newUser('again', { userName: 'jo.{{n}}@contoso.com' }),
    ],
  },
];

const versions: readonly ReplayCase[] = [
  {
    name: 'versions: If-None-Match answers 304, If-Match guards PUT, PATCH and DELETE with 412 (RFC 7644 3.14)',
    steps: [
      jo,
      get('/Users/{{jo}}', {
        headers: { 'if-none-match': 'W/"1"' },
        status: 304,
        answersHeaders: { etag: 'W/"1"' },
      }),
      get('/Users/{{jo}}', { headers: { 'if-none-match': 'W/"0"' }, status: 200 }),
      patch('/Users/{{jo}}', [{ op: 'replace', path: 'title', value: 'Lead' }], {
        headers: { 'if-match': 'W/"1"' },
        answers: { meta: { version: 'W/"2"' } },
      }),
      patch('/Users/{{jo}}', [{ op: 'replace', path: 'title', value: 'x' }], {
        headers: { 'if-match': 'W/"1"' },
        status: 412,
        answers: scimError(412),
      }),
      put(
        '/Users/{{jo}}',
        { schemas: [CORE], userName: 'jo.{{n}}@contoso.com' },
        { headers: { 'if-match': 'W/"1"' }, status: 412 },
      ),
      remove('/Users/{{jo}}', { headers: { 'if-match': 'W/"1"' }, status: 412 }),
      remove('/Users/{{jo}}', { headers: { 'if-match': '*' } }),
    ],
  },
];

export const changeCases: readonly ReplayCase[] = [
  ...creating,
  ...replacing,
  ...patching,
  ...deleting,
  ...versions,
];
