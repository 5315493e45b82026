import { absent, someText, textLike, type Expected } from '../replay/expected-json.js';
import { type Json, type JsonObject } from '../replay/json.js';
import { get, patch, post, remove, type ReplayCase } from '../replay/replay-case.js';
import { CORE, ENTERPRISE, LIST } from '../replay/scim-names.js';
import { listOf, newUser, nothingFound, scimError, userIs } from '../replay/usual-steps.js';

/** What Microsoft's validator sends for users, test by test. */

const NAME_PARTS = [
  'formatted',
  'familyName',
  'givenName',
  'middleName',
  'honorificPrefix',
  'honorificSuffix',
] as const;
const ADDRESS_PARTS = ['formatted', 'streetAddress', 'locality', 'region', 'postalCode', 'country'] as const;
const ENTERPRISE_PARTS = ['employeeNumber', 'department', 'costCenter', 'organization', 'division'] as const;
const PHONE_TYPES = ['work', 'mobile', 'fax'] as const;
const TEXTS = [
  'displayName',
  'title',
  'preferredLanguage',
  'userType',
  'nickName',
  'locale',
  'timezone',
  'profileUrl',
] as const;

/** Every text of the names, marked. */
function texts(names: readonly string[], mark: string): JsonObject {
  return Object.fromEntries(
    names.map((name) => [
      name,
      name === 'profileUrl' ? `https://${mark}.example/jo` : `${mark} ${name} 太郎`,
    ]),
  );
}

function fullUser(mark: string): JsonObject {
  return {
    ...texts(TEXTS, mark),
    active: true,
    emails: [{ primary: true, type: 'work', value: `${mark}@contoso.com` }],
    name: texts(NAME_PARTS, mark),
    addresses: [{ primary: true, type: 'work', ...texts(ADDRESS_PARTS, mark) }],
    phoneNumbers: PHONE_TYPES.map((type) => ({ type, value: `${mark} ${type}` })),
    roles: [{ primary: true, display: `${mark} display`, value: `${mark} value`, type: `${mark} type` }],
    [ENTERPRISE]: texts(ENTERPRISE_PARTS, mark),
  };
}

/** It sends `primary` of a role as text and wants a boolean back. */
const sent = {
  schemas: [CORE, ENTERPRISE],
  userName: 'jo.{{n}}@contoso.com',
  ...fullUser('old'),
  roles: [{ primary: 'True', display: 'old display', value: 'old value', type: 'old type' }],
};
const full = post('/Users', sent, { as: 'jo', answers: { id: someText, ...fullUser('old') } });
const byName = '/Users?filter=userName+eq+%22jo.{{n}}%40contoso.com%22';

function valuePathOperations(op: string, mark: string): Json[] {
  return [
    { op, path: 'emails[type eq "work"].value', value: `${mark}@contoso.com` },
    { op, path: 'emails[type eq "work"].primary', value: true },
    ...ADDRESS_PARTS.map((part) => ({
      op,
      path: `addresses[type eq "work"].${part}`,
      value: `${mark} ${part} 太郎`,
    })),
    { op, path: 'addresses[type eq "work"].primary', value: true },
    ...PHONE_TYPES.map((type) => ({
      op,
      path: `phoneNumbers[type eq "${type}"].value`,
      value: `${mark} ${type}`,
    })),
    ...['display', 'value', 'type'].map((part) => ({
      op,
      path: `roles[primary eq "True"].${part}`,
      value: `${mark} ${part}`,
    })),
  ];
}

function plainOperations(op: string, mark: string): Json[] {
  return [
    ...Object.entries(flatTexts(mark)).map(([path, value]) => ({ op, path, value })),
    { op, path: 'active', value: true },
  ];
}

/** Keys that are paths in themselves. */
function flatTexts(mark: string): JsonObject {
  return {
    ...texts(TEXTS, mark),
    ...Object.fromEntries(
      Object.entries(texts(NAME_PARTS, mark)).map(([name, value]) => [`name.${name}`, value]),
    ),
    ...Object.fromEntries(
      Object.entries(texts(ENTERPRISE_PARTS, mark)).map(([name, value]) => [`${ENTERPRISE}:${name}`, value]),
    ),
  };
}

function manager(as: string | undefined): Expected {
  return {
    [ENTERPRISE]: {
      manager: as === undefined ? absent : { value: `{{${as}}}`, $ref: textLike(/\/Users\//) },
    },
  };
}

const MANAGER = `${ENTERPRISE}:manager`;
const managed = [
  newUser('boss'),
  newUser('chief'),
  post(
    '/Users',
    { ...sent, [ENTERPRISE]: { department: 'R&D', manager: { value: '{{boss}}' } } },
    { as: 'jo' },
  ),
];

const mandatory: readonly ReplayCase[] = [
  {
    name: 'U1 create a new user',
    steps: [full, get(byName, { answers: listOf({ id: '{{jo}}', ...fullUser('old') }) })],
  },
  {
    name: 'U2 create a duplicate user',
    steps: [full, post('/Users', sent, { status: 409, answers: scimError(409, { scimType: 'uniqueness' }) })],
  },
  {
    name: 'U3 filter existing user',
    steps: [
      full,
      get(byName, {
        answers: {
          schemas: [LIST],
          totalResults: 1,
          startIndex: 1,
          itemsPerPage: 1,
          Resources: [{ id: '{{jo}}', userName: 'jo.{{n}}@contoso.com' }],
        },
      }),
    ],
  },
  {
    name: 'U4 filter non-existing user',
    steps: [get('/Users?filter=userName+eq+%22nobody.{{n}}%22', { answers: nothingFound })],
  },
  {
    name: 'U5 filter in another case',
    steps: [
      full,
      get('/Users?filter=userName+eq+%22JO.{{n}}%40CONTOSO.COM%22', { answers: listOf({ id: '{{jo}}' }) }),
    ],
  },
  {
    name: 'U6 replace attributes, verbose',
    steps: [
      full,
      patch(
        '/Users/{{jo}}',
        [...valuePathOperations('replace', 'new'), ...plainOperations('replace', 'new')],
        { status: 200, answers: fullUser('new') },
      ),
      userIs('jo', fullUser('new')),
    ],
  },
  {
    name: 'U6b replace attributes, merged',
    steps: [
      full,
      patch(
        '/Users/{{jo}}',
        [
          ...valuePathOperations('replace', 'new'),
          { op: 'replace', value: { active: true, ...flatTexts('new') } },
        ],
        { status: 200, answers: fullUser('new') },
      ),
      userIs('jo', fullUser('new')),
    ],
  },
  {
    name: 'U7 add attributes, verbose, to a user that has a name only',
    steps: [
      newUser('jo'),
      patch('/Users/{{jo}}', [...valuePathOperations('add', 'new'), ...plainOperations('add', 'new')], {
        status: 200,
        answers: fullUser('new'),
      }),
      userIs('jo', fullUser('new')),
    ],
  },
  {
    name: 'U8 update userName',
    steps: [
      full,
      patch('/Users/{{jo}}', [{ op: 'replace', value: { userName: 'jo2.{{n}}@contoso.com' } }], {
        status: 200,
        answers: { userName: 'jo2.{{n}}@contoso.com' },
      }),
      userIs('jo', { userName: 'jo2.{{n}}@contoso.com' }),
    ],
  },
  {
    name: 'U9 disable user',
    steps: [
      full,
      patch('/Users/{{jo}}', [{ op: 'replace', path: 'active', value: false }], {
        status: 200,
        answers: { active: false },
      }),
      userIs('jo', { active: false }),
      get(byName, { answers: listOf({ active: false }) }),
    ],
  },
  {
    name: 'U10 add manager',
    steps: [
      newUser('boss'),
      full,
      patch('/Users/{{jo}}', [{ op: 'add', path: MANAGER, value: { value: '{{boss}}' } }], {
        status: 200,
        answers: manager('boss'),
      }),
      userIs('jo', manager('boss')),
    ],
  },
  {
    name: 'U11 replace manager',
    steps: [
      ...managed,
      patch('/Users/{{jo}}', [{ op: 'replace', path: MANAGER, value: { value: '{{chief}}' } }], {
        status: 200,
        answers: manager('chief'),
      }),
      userIs('jo', manager('chief')),
    ],
  },
  ...[
    { op: 'replace', path: MANAGER, value: { value: '' } },
    { op: 'replace', path: MANAGER, value: '' },
    { op: 'remove', path: MANAGER },
  ].map((operation, position): ReplayCase => ({
    name: `U12 remove manager, way ${position + 1} of 3`,
    steps: [
      ...managed,
      patch('/Users/{{jo}}', [operation], { status: 200, answers: manager(undefined) }),
      userIs('jo', manager(undefined)),
    ],
  })),
  {
    name: 'U13 delete a user',
    steps: [full, remove('/Users/{{jo}}'), get('/Users/{{jo}}', { status: 404 })],
  },
];

const preview: readonly ReplayCase[] = [
  {
    name: 'preview: several operations on different attributes of a user',
    steps: [
      full,
      patch('/Users/{{jo}}', [
        { op: 'remove', path: 'preferredLanguage' },
        { op: 'add', path: 'externalId', value: 'x-{{n}}' },
        { op: 'replace', path: 'displayName', value: 'Jo Nord' },
      ]),
      userIs('jo', { preferredLanguage: absent, externalId: 'x-{{n}}', displayName: 'Jo Nord' }),
    ],
  },
  {
    name: 'preview: several operations on one attribute of a user',
    steps: [
      post('/Users', { ...sent, externalId: 'first-{{n}}' }, { as: 'jo' }),
      patch('/Users/{{jo}}', [
        { op: 'remove', path: 'externalId' },
        { op: 'add', path: 'externalId', value: 'x-{{n}}' },
        { op: 'replace', path: 'externalId', value: 'y-{{n}}' },
      ]),
      userIs('jo', { externalId: 'y-{{n}}' }),
    ],
  },
  {
    name: 'preview: delete a user that is not there',
    steps: [remove('/Users/5b1d9b0e-6f6c-4a39-a3e2-6c1f6f3c2a10', { status: 404, answers: scimError(404) })],
  },
  {
    name: 'preview: delete a user twice',
    steps: [newUser('jo'), remove('/Users/{{jo}}'), remove('/Users/{{jo}}', { status: 404 })],
  },
];

export const validatorUserCases: readonly ReplayCase[] = [...mandatory, ...preview];
