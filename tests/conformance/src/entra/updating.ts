import { absent, type Expected } from '../replay/expected-json.js';
import { type Json } from '../replay/json.js';
import { get, patch, post, type ReplayCase } from '../replay/replay-case.js';
import { ENTERPRISE } from '../replay/scim-names.js';
import { listOf, newUser, scimError, userIs } from '../replay/usual-steps.js';
import { sampleUser } from './sample-user.js';

const whole = post('/Users', sampleUser, { as: 'jo' });

/** Changes a user by these operations and reads back that it is so. */
function changes(
  name: string,
  operations: readonly Json[],
  answers: Expected,
  before: readonly ReturnType<typeof post>[] = [whole],
): ReplayCase {
  return { name, steps: [...before, patch('/Users/{{jo}}', operations, { answers }), userIs('jo', answers)] };
}

const changedUser: Expected = {
  userName: 'jo.n.{{n}}@contoso.com',
  externalId: 'jo.n-{{n}}',
  displayName: 'Jo Nord',
  title: 'Lead',
  preferredLanguage: 'nb',
  nickName: 'JN',
  name: { givenName: 'Joan', familyName: 'Nord', formatted: 'Joan Nord' },
  emails: [{ type: 'work', value: 'jo.n.{{n}}@contoso.com', primary: true }],
  phoneNumbers: [
    { type: 'work', value: '555-0199' },
    { type: 'mobile', value: '555-0198' },
    { type: 'fax', value: '555-0197' },
  ],
  addresses: [
    {
      type: 'work',
      streetAddress: '9 Quay',
      locality: 'Bodo',
      region: '18',
      postalCode: '8006',
      country: 'SE',
      formatted: 'South',
    },
  ],
  [ENTERPRISE]: { department: 'Ops', employeeNumber: '78' },
};

const address = (part: string): string => `addresses[type eq "work"].${part}`;
const phone = (type: string): string => `phoneNumbers[type eq "${type}"].value`;

const legacyOperations: readonly Json[] = [
  { op: 'Replace', path: 'displayName', value: 'Jo Nord' },
  { op: 'Replace', path: 'userName', value: 'jo.n.{{n}}@contoso.com' },
  { op: 'Replace', path: 'externalId', value: 'jo.n-{{n}}' },
  { op: 'Replace', path: 'title', value: 'Lead' },
  { op: 'Replace', path: 'preferredLanguage', value: 'nb' },
  { op: 'Replace', path: 'name.givenName', value: 'Joan' },
  { op: 'Replace', path: 'name.familyName', value: 'Nord' },
  { op: 'Replace', path: 'name.formatted', value: 'Joan Nord' },
  { op: 'Replace', path: 'emails[type eq "work"].value', value: 'jo.n.{{n}}@contoso.com' },
  { op: 'Add', path: phone('work'), value: '555-0199' },
  { op: 'Add', path: phone('mobile'), value: '555-0198' },
  { op: 'Add', path: phone('fax'), value: '555-0197' },
  { op: 'Replace', path: address('streetAddress'), value: '9 Quay' },
  { op: 'Replace', path: address('locality'), value: 'Bodo' },
  { op: 'Replace', path: address('region'), value: '18' },
  { op: 'Replace', path: address('postalCode'), value: '8006' },
  { op: 'Replace', path: address('country'), value: 'SE' },
  { op: 'Replace', path: address('formatted'), value: 'South' },
  { op: 'Replace', path: `${ENTERPRISE}:department`, value: 'Ops' },
  { op: 'Replace', path: `${ENTERPRISE}:employeeNumber`, value: '78' },
  { op: 'Add', path: 'nickName', value: 'JN' },
  { op: 'Replace', path: 'active', value: 'True' },
];

/** With `aadOptscim062020`: lower case, value paths by themselves, the rest merged under keys that are paths. */
const mergedOperations: readonly Json[] = [
  ...legacyOperations.flatMap((operation) => {
    const { path, value } = operation as { path: string; value: string };
    return path.includes('[') ? [{ op: 'replace', path, value }] : [];
  }),
  { op: 'add', path: 'nickName', value: 'JN' },
  {
    op: 'replace',
    value: {
      displayName: 'Jo Nord',
      userName: 'jo.n.{{n}}@contoso.com',
      externalId: 'jo.n-{{n}}',
      title: 'Lead',
      preferredLanguage: 'nb',
      'name.givenName': 'Joan',
      'name.familyName': 'Nord',
      'name.formatted': 'Joan Nord',
      [`${ENTERPRISE}:department`]: 'Ops',
      [`${ENTERPRISE}:employeeNumber`]: '78',
    },
  },
];

const wholeUpdates: readonly ReplayCase[] = [
  changes('update, legacy: 22 operations at once', legacyOperations, changedUser),
  changes(
    'update, legacy: the same where the user had nothing',
    legacyOperations,
    { ...changedUser, emails: [{ type: 'work', value: 'jo.n.{{n}}@contoso.com' }] },
    [newUser('jo')],
  ),
  changes('update, flag: value paths beside one merged operation', mergedOperations, changedUser),
  changes(
    'update, flag: the same where the user had nothing',
    mergedOperations,
    { ...changedUser, emails: [{ type: 'work', value: 'jo.n.{{n}}@contoso.com' }] },
    [newUser('jo')],
  ),
  {
    name: 'update: a changed user is found by its new values',
    steps: [
      whole,
      patch('/Users/{{jo}}', legacyOperations),
      get('/Users?filter=userName+eq+%22jo.n.{{n}}%40contoso.com%22', { answers: listOf({ id: '{{jo}}' }) }),
      get('/Users?filter=externalId+eq+%22jo.n-{{n}}%22', { answers: listOf({ id: '{{jo}}' }) }),
      get('/Users?filter=emails%5btype+eq+%22work%22%5d.value+eq+%22jo.n.{{n}}%40contoso.com%22', {
        answers: listOf({ id: '{{jo}}' }),
      }),
      get('/Users?filter=userName+eq+%22jo.{{n}}%40contoso.com%22', { answers: { totalResults: 0 } }),
    ],
  },
];

const addedAddress: readonly Json[] = [
  'streetAddress',
  'locality',
  'region',
  'postalCode',
  'country',
  'formatted',
].map((part) => ({ op: 'Add', path: address(part), value: `new ${part}` }));

const valuePaths: readonly ReplayCase[] = [
  changes(
    'value path: Add where there is no such element makes it',
    [{ op: 'Add', path: 'emails[type eq "work"].value', value: 'jo@contoso.com' }],
    { emails: [{ type: 'work', value: 'jo@contoso.com' }] },
    [newUser('jo')],
  ),
  changes(
    'value path: Replace where there is no such element makes it',
    [{ op: 'Replace', path: phone('mobile'), value: '555-0120' }],
    {
      phoneNumbers: [
        { type: 'work', value: '1' },
        { type: 'mobile', value: '555-0120' },
      ],
    },
    [newUser('jo', { phoneNumbers: [{ type: 'work', value: '1' }] })],
  ),
  changes(
    'value path: several Adds meet in one element',
    addedAddress,
    {
      addresses: [
        {
          type: 'work',
          streetAddress: 'new streetAddress',
          locality: 'new locality',
          region: 'new region',
          postalCode: 'new postalCode',
          country: 'new country',
          formatted: 'new formatted',
        },
      ],
    },
    [newUser('jo')],
  ),
  changes(
    'value path: only the element that is meant changes',
    [{ op: 'Replace', path: 'emails[type eq "work"].value', value: 'new@contoso.com' }],
    {
      emails: [
        { type: 'work', value: 'new@contoso.com', primary: true },
        { type: 'home', value: 'home@contoso.com' },
      ],
    },
    [
      newUser('jo', {
        emails: [
          { type: 'home', value: 'home@contoso.com' },
          { type: 'work', value: 'old@contoso.com', primary: true },
        ],
      }),
    ],
  ),
  changes(
    'value path: primary as text',
    [
      { op: 'Add', path: 'emails[type eq "work"].primary', value: 'True' },
      { op: 'Add', path: 'emails[type eq "work"].value', value: 'jo@contoso.com' },
    ],
    { emails: [{ type: 'work', value: 'jo@contoso.com', primary: true }] },
    [newUser('jo')],
  ),
  changes(
    'older jobs: a list around the value of a path',
    [{ op: 'Replace', path: 'emails[type eq "work"]', value: [{ value: 'new@contoso.com' }] }],
    { emails: [{ value: 'new@contoso.com' }] },
  ),
  changes(
    'older jobs: a list around a single text',
    [{ op: 'Replace', path: 'displayName', value: [{ value: 'Jo Nord' }] }],
    { displayName: 'Jo Nord' },
  ),
  changes(
    'older jobs: a dot before an attribute of the extension',
    [{ op: 'Replace', path: `${ENTERPRISE}.department`, value: 'Ops' }],
    { [ENTERPRISE]: { department: 'Ops', employeeNumber: '77' } },
  ),
];

const emptyAndUnknown: readonly ReplayCase[] = [
  changes('unset: an empty text', [{ op: 'Replace', path: 'title', value: '' }], {
    title: absent,
    displayName: 'Jo Berg',
  }),
  changes('unset: null', [{ op: 'Replace', path: 'title', value: null }], {
    title: absent,
    displayName: 'Jo Berg',
  }),
  changes(
    'unset: an empty text in a merged operation',
    [{ op: 'replace', value: { title: '', 'name.givenName': '' } }],
    {
      title: absent,
      name: { givenName: absent, familyName: 'Berg' },
    },
  ),
  changes(
    'unset: remove',
    [
      { op: 'Remove', path: 'title' },
      { op: 'remove', path: `${ENTERPRISE}:department` },
    ],
    {
      title: absent,
      [ENTERPRISE]: { department: absent, employeeNumber: '77' },
    },
  ),
  changes('unset: the value in a value path', [{ op: 'Remove', path: phone('mobile') }], {
    phoneNumbers: [
      { type: 'work', value: '555-0110' },
      { type: 'mobile', value: absent },
      { type: 'fax', value: '555-0112' },
    ],
  }),
  changes(
    'an attribute that nobody knows does not keep the rest from being applied',
    [
      { op: 'Add', path: 'shoeSize', value: '42' },
      { op: 'Add', path: 'urn:example:nobody:2.0:User:badge', value: '1' },
      { op: 'Replace', path: 'active', value: 'False' },
    ],
    { active: false, displayName: 'Jo Berg' },
  ),
  changes(
    'an attribute that clients may not set does not keep the rest from being applied',
    [{ op: 'Replace', value: { id: 'x', meta: { version: 'x' }, groups: [], title: 'Lead' } }],
    { id: '{{jo}}', title: 'Lead' },
  ),
  {
    name: 'a refused operation leaves nothing of its request behind',
    steps: [
      whole,
      patch(
        '/Users/{{jo}}',
        [
          { op: 'Replace', path: 'title', value: 'Lead' },
          { op: 'Replace', path: 'userName', value: '' },
        ],
        {
          status: 400,
          answers: scimError(400),
        },
      ),
      userIs('jo', { title: 'Engineer', userName: 'jo.{{n}}@contoso.com' }),
    ],
  },
  {
    name: 'a user name that is taken is 409 for a change too',
    steps: [
      newUser('eve'),
      whole,
      patch('/Users/{{jo}}', [{ op: 'Replace', path: 'userName', value: 'EVE.{{n}}@contoso.com' }], {
        status: 409,
        answers: scimError(409, { scimType: 'uniqueness' }),
      }),
      userIs('jo', { userName: 'jo.{{n}}@contoso.com' }),
    ],
  },
];

export const updatingCases: readonly ReplayCase[] = [...wholeUpdates, ...valuePaths, ...emptyAndUnknown];
