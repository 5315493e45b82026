import { absent, noValues, someText, textLike, type Expected } from '../replay/expected-json.js';
import { type Json } from '../replay/json.js';
import { get, patch, post, remove, type ReplayCase, type Step } from '../replay/replay-case.js';
import { GROUP, MICROSOFT_GROUP } from '../replay/scim-names.js';
import { groupIs, listOf, newGroup, newUser, scimError, userIs } from '../replay/usual-steps.js';

const entraGroup = post(
  '/Groups',
  {
    schemas: [GROUP, MICROSOFT_GROUP],
    externalId: 'object-{{n}}',
    displayName: 'eng {{n}}',
    meta: { resourceType: 'Group' },
  },
  {
    as: 'eng',
    answers: {
      id: someText,
      externalId: 'object-{{n}}',
      displayName: 'eng {{n}}',
      meta: { resourceType: 'Group' },
    },
  },
);

const people = [newUser('jo'), newUser('eve'), newUser('kim')];
const filledGroup = newGroup('eng', { members: [{ value: '{{jo}}' }, { value: '{{eve}}' }] });
const membersAre = (...ids: string[]): Expected => ({
  members:
    ids.length === 0
      ? noValues
      : ids.map((id) => ({ value: `{{${id}}}`, $ref: textLike(/\/(Users|Groups)\//) })),
});

function membership(
  name: string,
  operations: readonly Json[],
  members: Expected,
  before: readonly Step[] = [filledGroup],
): ReplayCase {
  return {
    name: `members: ${name}`,
    steps: [...people, ...before, patch('/Groups/{{eng}}', operations), groupIs('eng', members)],
  };
}

const matchByName = '/Groups?excludedAttributes=members&filter=displayName+eq+%22eng+{{n}}%22';

const groups: readonly ReplayCase[] = [
  {
    name: 'group: created empty, with the schema of Microsoft beside',
    steps: [entraGroup, groupIs('eng', { displayName: 'eng {{n}}', externalId: 'object-{{n}}' })],
  },
  {
    name: 'group: matched by displayName or externalId, without members',
    steps: [
      ...people,
      newGroup('eng', { externalId: 'object-{{n}}', members: [{ value: '{{jo}}' }] }),
      get(matchByName, { answers: listOf({ id: '{{eng}}', members: absent }) }),
      get('/Groups?excludedAttributes=members&filter=externalId+eq+%22object-{{n}}%22', {
        answers: listOf({ id: '{{eng}}', members: absent }),
      }),
      get('/Groups?excludedAttributes=members&filter=displayName+eq+%22ENG+{{n}}%22', {
        answers: listOf({ id: '{{eng}}' }),
      }),
      get('/Groups/{{eng}}?excludedAttributes=members', {
        answers: { id: '{{eng}}', displayName: 'eng {{n}}', members: absent },
      }),
    ],
  },
  {
    name: 'group: a name that is taken is 409, whatever its case',
    steps: [
      newGroup('eng'),
      post(
        '/Groups',
        { schemas: [GROUP], displayName: 'ENG {{n}}' },
        { status: 409, answers: scimError(409, { scimType: 'uniqueness', detail: someText }) },
      ),
    ],
  },
  ...(
    [
      ['legacy', { op: 'Replace', path: 'displayName', value: 'ops {{n}}' }],
      ['flag', { op: 'replace', value: { displayName: 'ops {{n}}' } }],
    ] as const
  ).map(([name, operation]): ReplayCase => ({
    name: `group: renamed, ${name}`,
    steps: [
      ...people,
      filledGroup,
      patch('/Groups/{{eng}}', [operation]),
      groupIs('eng', { displayName: 'ops {{n}}', ...(membersAre('jo', 'eve') as object) }),
      get(matchByName, { answers: { totalResults: 0 } }),
    ],
  })),
  {
    name: 'group: externalId changed, legacy and flag',
    steps: [
      entraGroup,
      patch('/Groups/{{eng}}', [{ op: 'Replace', path: 'externalId', value: 'x-{{n}}' }]),
      groupIs('eng', { externalId: 'x-{{n}}' }),
      patch('/Groups/{{eng}}', [{ op: 'replace', value: { externalId: 'y-{{n}}' } }]),
      groupIs('eng', { externalId: 'y-{{n}}' }),
    ],
  },
  {
    name: 'group: a PATCH is answered 204, and with a body when attributes are asked for',
    steps: [
      ...people,
      filledGroup,
      patch('/Groups/{{eng}}', [{ op: 'Add', path: 'members', value: [{ value: '{{kim}}' }] }], {
        status: 204,
      }),
      patch(
        '/Groups/{{eng}}?attributes=displayName',
        [{ op: 'Replace', path: 'displayName', value: 'ops {{n}}' }],
        { status: 200, answers: { displayName: 'ops {{n}}', members: absent } },
      ),
    ],
  },
  {
    name: 'group: deleted, and its members know it no more',
    steps: [
      ...people,
      filledGroup,
      userIs('jo', { groups: [{ value: '{{eng}}' }] }),
      remove('/Groups/{{eng}}'),
      get('/Groups/{{eng}}', { status: 404, answers: scimError(404) }),
      remove('/Groups/{{eng}}', { status: 404 }),
      userIs('jo', { groups: absent }),
    ],
  },
];

const members: readonly ReplayCase[] = [
  membership(
    'added, with $ref null',
    [{ op: 'Add', path: 'members', value: [{ $ref: null, value: '{{kim}}' }] }],
    membersAre('jo', 'eve', 'kim'),
  ),
  membership(
    'added to an empty group',
    [{ op: 'Add', path: 'members', value: [{ value: '{{jo}}' }] }],
    membersAre('jo'),
    [entraGroup],
  ),
  membership(
    'added with a display name and a named operation',
    [{ name: 'addMember', op: 'add', path: 'members', value: [{ displayName: 'Kim', value: '{{kim}}' }] }],
    membersAre('jo', 'eve', 'kim'),
  ),
  membership(
    'added as a bare text',
    [{ op: 'add', path: 'members', value: '{{kim}}' }],
    membersAre('jo', 'eve', 'kim'),
  ),
  membership(
    'added as one object',
    [{ op: 'add', path: 'members', value: { value: '{{kim}}', type: 'User' } }],
    membersAre('jo', 'eve', 'kim'),
  ),
  membership(
    'added without a path',
    [{ op: 'add', value: { members: [{ value: '{{kim}}' }] } }],
    membersAre('jo', 'eve', 'kim'),
  ),
  membership(
    'several in one operation',
    [
      {
        op: 'Add',
        path: 'members',
        value: [{ value: '{{jo}}' }, { value: '{{eve}}' }, { value: '{{kim}}' }],
      },
    ],
    membersAre('jo', 'eve', 'kim'),
    [entraGroup],
  ),
  membership(
    'one that is there already',
    [{ op: 'Add', path: 'members', value: [{ value: '{{jo}}' }] }],
    membersAre('jo', 'eve'),
  ),
  membership(
    'removed, legacy: only those that are listed',
    [{ op: 'Remove', path: 'members', value: [{ $ref: null, value: '{{jo}}' }] }],
    membersAre('eve'),
  ),
  membership(
    'removed, flag: by a value path',
    [{ op: 'remove', path: 'members[value eq "{{jo}}"]' }],
    membersAre('eve'),
  ),
  membership(
    'removed: one that is not there',
    [{ op: 'Remove', path: 'members', value: [{ value: '{{kim}}' }] }],
    membersAre('jo', 'eve'),
  ),
  membership('removed: all of them', [{ op: 'remove', path: 'members' }], membersAre()),
  membership(
    'replaced',
    [{ op: 'replace', path: 'members', value: [{ value: '{{kim}}' }] }],
    membersAre('kim'),
  ),
  membership('replaced by none', [{ op: 'replace', path: 'members', value: [] }], membersAre()),
  membership(
    'one added and removed in one request',
    [
      { op: 'add', path: 'members', value: [{ value: '{{kim}}' }] },
      { op: 'remove', path: 'members[value eq "{{kim}}"]' },
    ],
    membersAre('jo', 'eve'),
  ),
  membership(
    'a group in a group',
    [{ op: 'Add', path: 'members', value: [{ value: '{{ops}}', type: 'Group' }] }],
    membersAre('jo', 'eve', 'ops'),
    [filledGroup, newGroup('ops')],
  ),
  {
    name: 'members: one that nobody is, is refused and nothing changes',
    steps: [
      ...people,
      filledGroup,
      patch(
        '/Groups/{{eng}}',
        [
          {
            op: 'Add',
            path: 'members',
            value: [{ value: '{{kim}}' }, { value: '5b1d9b0e-6f6c-4a39-a3e2-6c1f6f3c2a10' }],
          },
        ],
        {
          status: 400,
          answers: scimError(400, { scimType: 'invalidValue', detail: someText }),
        },
      ),
      groupIs('eng', membersAre('jo', 'eve')),
    ],
  },
  {
    name: 'members: one that nobody is, is passed over where the tenant wants it so',
    tenant: { settings: { unknownMembers: 'lenient' } },
    steps: [
      ...people,
      filledGroup,
      patch('/Groups/{{eng}}', [{ op: 'add', path: 'members', value: 'string id 1' }]),
      groupIs('eng', membersAre('jo', 'eve')),
    ],
  },
];

export const groupCases: readonly ReplayCase[] = [...groups, ...members];
