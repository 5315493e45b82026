import { absent, someText, someTime, textLike, type Expected } from '../replay/expected-json.js';
import { type Json, type JsonObject } from '../replay/json.js';
import { get, post, type ReplayCase } from '../replay/replay-case.js';
import { CORE, ENTERPRISE } from '../replay/scim-names.js';
import { listOf, newUser, scimError, userIs } from '../replay/usual-steps.js';
import { sampleUser } from './sample-user.js';

const MISSPELT_ENTERPRISE = ENTERPRISE.replace(':User', 'User');

/** Creates a user with these attributes beside its name, and expects them to be kept so. */
function creates(name: string, sent: JsonObject, answers: { readonly [name: string]: Expected }): ReplayCase {
  return {
    name: `create: ${name}`,
    steps: [
      post(
        '/Users',
        { schemas: [CORE, ENTERPRISE], userName: 'jo.{{n}}@contoso.com', ...sent },
        { as: 'jo', answers },
      ),
      userIs('jo', answers),
    ],
  };
}

function refuses(name: string, body: Json): ReplayCase {
  return {
    name: `create: ${name}`,
    steps: [
      post('/Users', body, { status: 400, answers: scimError(400, { detail: someText }) }),
      get('/Users?filter=externalId+eq+%22refused-{{n}}%22', { answers: { totalResults: 0 } }),
    ],
  };
}

const roleText = JSON.stringify({ id: 'r-1', value: '25', displayName: 'Role1100' });

export const creatingCases: readonly ReplayCase[] = [
  {
    name: 'create: the whole user, with the roles and meta that a client sends',
    steps: [
      post(
        '/Users',
        { ...sampleUser, roles: [], meta: { resourceType: 'User' } },
        {
          as: 'jo',
          answers: {
            ...sampleUser,
            id: someText,
            roles: absent,
            meta: {
              resourceType: 'User',
              created: someTime,
              lastModified: someTime,
              location: textLike(/\/Users\//),
              version: someText,
            },
          },
          answersHeaders: { location: textLike(/\/Users\/[\w-]+$/), etag: textLike(/^W\/"/) },
        },
      ),
      userIs('jo', sampleUser),
      get('/Users?filter=userName+eq+%22jo.{{n}}%40contoso.com%22', {
        answers: listOf({ ...sampleUser, id: '{{jo}}' }),
      }),
    ],
  },
  creates(
    'nulls for what there is not',
    {
      title: null,
      emails: null,
      name: { givenName: null, familyName: 'Berg' },
      phoneNumbers: [null],
      [ENTERPRISE]: { manager: null, department: null },
    },
    { title: absent, emails: absent, name: { familyName: 'Berg', givenName: absent }, phoneNumbers: absent },
  ),
  creates('active as the text True', { active: 'True' }, { active: true }),
  creates('active as the text False', { active: 'False' }, { active: false }),
  creates(
    'the extension spelt without its last colon',
    { schemas: [CORE, MISSPELT_ENTERPRISE], [MISSPELT_ENTERPRISE]: { department: 'R&D' } },
    { [ENTERPRISE]: { department: 'R&D' } },
  ),
  creates(
    'an extension that schemas does not name',
    { schemas: [CORE], [ENTERPRISE]: { department: 'R&D' } },
    { schemas: [CORE, ENTERPRISE], [ENTERPRISE]: { department: 'R&D' } },
  ),
  creates(
    'an extension that nobody knows',
    {
      schemas: [CORE, 'urn:ietf:params:scim:schemas:extension:Badges:2.0:User'],
      'urn:ietf:params:scim:schemas:extension:Badges:2.0:User': { badge: '1' },
    },
    { schemas: [CORE] },
  ),
  creates(
    'attributes in other capitals',
    {
      DisplayName: 'Jo Berg',
      [ENTERPRISE]: { Department: 'R&D' },
      Emails: [{ Type: 'work', Value: 'jo@contoso.com' }],
    },
    {
      displayName: 'Jo Berg',
      [ENTERPRISE]: { department: 'R&D' },
      emails: [{ type: 'work', value: 'jo@contoso.com' }],
    },
  ),
  creates(
    'roles with primary as text',
    {
      roles: [{ primary: 'True', type: 'WindowsAzureActiveDirectoryRole', display: 'Admin', value: 'Admin' }],
    },
    { roles: [{ primary: true, type: 'WindowsAzureActiveDirectoryRole', display: 'Admin', value: 'Admin' }] },
  ),
  creates(
    'a role as JSON in a text',
    { roles: [{ value: roleText }] },
    { roles: [{ value: '25', display: 'Role1100' }] },
  ),
  creates(
    'several roles',
    {
      roles: [
        { primary: false, display: 'A', value: 'A' },
        { primary: false, display: 'B', value: 'B' },
      ],
    },
    {
      roles: [
        { display: 'A', value: 'A' },
        { display: 'B', value: 'B' },
      ],
    },
  ),
  {
    name: 'create: with a manager, as an object and as a bare id',
    steps: [
      newUser('boss'),
      newUser('jo', { [ENTERPRISE]: { manager: { value: '{{boss}}' } } }),
      newUser('eve', { [ENTERPRISE]: { manager: '{{boss}}' } }),
      ...['jo', 'eve'].map((each) =>
        userIs(each, { [ENTERPRISE]: { manager: { value: '{{boss}}', $ref: textLike(/\/Users\//) } } }),
      ),
    ],
  },
  creates('a generated password, which nobody gets to see', { password: 'Xk2!{{n}}' }, { password: absent }),
  {
    name: 'create: a user name that is taken is 409 uniqueness, whatever its case',
    steps: [
      newUser('jo'),
      ...['jo.{{n}}@contoso.com', 'JO.{{n}}@Contoso.com'].map((userName) =>
        post(
          '/Users',
          { schemas: [CORE], userName },
          { status: 409, answers: scimError(409, { scimType: 'uniqueness', detail: someText }) },
        ),
      ),
    ],
  },
  {
    name: 'create: an externalId that another user has is no conflict',
    steps: [newUser('jo', { externalId: 'same-{{n}}' }), newUser('eve', { externalId: 'same-{{n}}' })],
  },
  refuses('no user name', { schemas: [CORE], externalId: 'refused-{{n}}', displayName: 'Nobody' }),
  refuses('an empty user name', { schemas: [CORE], externalId: 'refused-{{n}}', userName: '' }),
  refuses('a user name that is null', { schemas: [CORE], externalId: 'refused-{{n}}', userName: null }),
  refuses('a value of the wrong type', {
    schemas: [CORE],
    externalId: 'refused-{{n}}',
    userName: 'x.{{n}}@contoso.com',
    name: 'Jo Berg',
  }),
  refuses('an active that is neither', {
    schemas: [CORE],
    externalId: 'refused-{{n}}',
    userName: 'x.{{n}}@contoso.com',
    active: 'maybe',
  }),
  refuses('JSON that ends early', '{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":'),
  refuses('a body that is no object', '["userName"]'),
  refuses('no body', ''),
];
