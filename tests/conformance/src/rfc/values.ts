import { percentEncoded } from '../replay/encoding.js';
import { absent, noValues, textLike } from '../replay/expected-json.js';
import { get, patch, post, put, remove, type ReplayCase } from '../replay/replay-case.js';
import { CORE, ENTERPRISE } from '../replay/scim-names.js';
import { newGroup, newUser, userIs } from '../replay/usual-steps.js';

const jo = newUser('jo', {
  title: 'Engineer',
  name: { familyName: 'Berg' },
  emails: [{ value: 'work@x.test' }],
});

const managedBy = (displayName: string) => ({
  [ENTERPRISE]: { manager: { value: '{{boss}}', displayName } },
});

/** What RFC 7643 says of values, whichever way they come in. */
export const valueCases: readonly ReplayCase[] = [
  {
    name: 'values: null and an empty list mean unassigned (RFC 7643 2.5)',
    steps: [
      jo,
      put(
        '/Users/{{jo}}',
        { schemas: [CORE], userName: 'jo.{{n}}@contoso.com', title: null, emails: [], name: {} },
        { answers: { title: absent, emails: noValues, name: absent } },
      ),
    ],
  },
  {
    name: 'values: at most one is primary, and none is there twice (RFC 7643 2.4)',
    steps: [
      post(
        '/Users',
        {
          schemas: [CORE],
          userName: 'jo.{{n}}@contoso.com',
          emails: [
            { type: 'work', value: 'a@x.test', primary: true },
            { type: 'home', value: 'b@x.test', primary: true },
            { type: 'home', value: 'b@x.test', primary: true },
          ],
        },
        {
          as: 'jo',
          answers: {
            emails: [
              { value: 'a@x.test', primary: true },
              { value: 'b@x.test', primary: false },
            ],
          },
        },
      ),
    ],
  },
  {
    name: 'values: a password is taken and never shown (RFC 7643 4.1.1)',
    steps: [
      newUser('jo', { password: 'Xk2!{{n}}' }),
      userIs('jo', { password: absent }),
      get('/Users/{{jo}}?attributes=password', { answers: { password: absent } }),
      patch('/Users/{{jo}}', [{ op: 'replace', path: 'password', value: 'Zz9!{{n}}' }], {
        answers: { password: absent },
      }),
    ],
  },
  {
    name: 'values: the groups of a user are those that have it as a member, and clients cannot set them (RFC 7643 4.1.2)',
    steps: [
      newUser('jo'),
      newGroup('eng', { members: [{ value: '{{jo}}', type: 'User' }] }),
      newGroup('ops'),
      userIs('jo', { groups: [{ value: '{{eng}}', $ref: textLike(/\/Groups\//), display: 'eng {{n}}' }] }),
      put('/Users/{{jo}}', {
        schemas: [CORE],
        userName: 'jo.{{n}}@contoso.com',
        groups: [{ value: '{{ops}}' }],
      }),
      userIs('jo', { groups: [{ value: '{{eng}}' }] }),
    ],
  },
  {
    name: 'values: the groups of a user are direct and indirect ones (RFC 7643 4.1.2)',
    steps: [
      newUser('jo'),
      newGroup('eng', { members: [{ value: '{{jo}}' }] }),
      newGroup('all', { members: [{ value: '{{eng}}', type: 'Group' }] }),
      userIs('jo', {
        groups: [
          { value: '{{eng}}', type: 'direct' },
          { value: '{{all}}', type: 'indirect' },
        ],
      }),
    ],
  },
  {
    name: 'values: schemas names every extension that the resource has, and only those (RFC 7643 3)',
    steps: [
      newUser('jo'),
      userIs('jo', { schemas: [CORE] }),
      patch('/Users/{{jo}}', [{ op: 'add', path: `${ENTERPRISE}:department`, value: 'Research' }], {
        answers: { schemas: [CORE, ENTERPRISE] },
      }),
      patch('/Users/{{jo}}', [{ op: 'remove', path: ENTERPRISE }], {
        answers: { schemas: [CORE], [ENTERPRISE]: absent },
      }),
    ],
  },
  {
    name: 'values: text in any language comes back as it was sent (RFC 7644 5)',
    steps: [
      newUser('jo', { displayName: 'Zoë 太郎 عمر 👩‍🚀', nickName: 'e\u0301', title: ' spaces  kept ' }),
      userIs('jo', { displayName: 'Zoë 太郎 عمر 👩‍🚀', nickName: 'e\u0301', title: ' spaces  kept ' }),
    ],
  },
  {
    name: 'values: the name of the manager is shown as it is now, and clients cannot set it (RFC 7643 4.3)',
    tenant: {},
    steps: [
      newUser('boss', { displayName: 'Bo Ss' }),
      newUser('jo', { [ENTERPRISE]: { manager: { value: '{{boss}}', displayName: 'Somebody' } } }),
      newUser('text', { [ENTERPRISE]: { manager: { value: 'CN=Boss,OU=People' } } }),
      userIs('jo', managedBy('Bo Ss')),
      userIs('text', { [ENTERPRISE]: { manager: { value: 'CN=Boss,OU=People', displayName: absent } } }),
      patch('/Users/{{boss}}', [{ op: 'replace', path: 'displayName', value: 'Bo New' }]),
      userIs('jo', managedBy('Bo New')),
      get(`/Users?filter=${percentEncoded(`${ENTERPRISE}:manager.displayName eq "bo new"`)}`, {
        answers: { totalResults: 1, Resources: [{ id: '{{jo}}', ...managedBy('Bo New') }] },
      }),
      get(`/?filter=${percentEncoded('userName sw "jo"')}`, {
        answers: { Resources: [managedBy('Bo New')] },
      }),
      get(`/Users/{{jo}}?attributes=${ENTERPRISE}:manager.displayName`, {
        answers: { userName: absent, [ENTERPRISE]: { manager: { value: absent, displayName: 'Bo New' } } },
      }),
      get(`/Users/{{jo}}?excludedAttributes=${ENTERPRISE}:manager.displayName`, {
        answers: { [ENTERPRISE]: { manager: { value: '{{boss}}', displayName: absent } } },
      }),
      remove('/Users/{{boss}}'),
      userIs('jo', { [ENTERPRISE]: { manager: { value: '{{boss}}', displayName: absent } } }),
    ],
  },
];
