import { absent, noValues, someText } from '../replay/expected-json.js';
import { get, patch, post, remove, type ReplayCase } from '../replay/replay-case.js';
import { GROUP } from '../replay/scim-names.js';
import { groupIs, listOf, newGroup, newUser, nothingFound, scimError } from '../replay/usual-steps.js';

/** What Microsoft's validator sends for groups, test by test. */

const group = post(
  '/Groups',
  { schemas: [GROUP], externalId: 'x-{{n}}', displayName: 'eng {{n}}' },
  { as: 'eng', answers: { id: someText, externalId: 'x-{{n}}', displayName: 'eng {{n}}' } },
);
const filled = [newUser('jo'), newGroup('eng', { members: [{ value: '{{jo}}' }] })];
const byName = 'filter=displayName+eq+%22eng+{{n}}%22';

const mandatory: readonly ReplayCase[] = [
  { name: 'G1 create a new group', steps: [group, groupIs('eng', { displayName: 'eng {{n}}' })] },
  {
    name: 'G2 create a duplicate group',
    steps: [
      group,
      post(
        '/Groups',
        { schemas: [GROUP], displayName: 'eng {{n}}' },
        { status: 409, answers: scimError(409) },
      ),
    ],
  },
  {
    name: 'G3 get a group by id without members',
    steps: [
      ...filled,
      get('/Groups/{{eng}}?excludedAttributes=members', { answers: { id: '{{eng}}', members: absent } }),
    ],
  },
  {
    name: 'G4 filter a group without members',
    steps: [
      ...filled,
      get(`/Groups?excludedAttributes=members&${byName}`, {
        answers: listOf({ id: '{{eng}}', members: absent }),
      }),
    ],
  },
  {
    name: 'G5 filter a group',
    steps: [
      ...filled,
      get(`/Groups?${byName}`, { answers: listOf({ id: '{{eng}}', members: [{ value: '{{jo}}' }] }) }),
    ],
  },
  {
    name: 'G6 filter a group that is not there',
    steps: [get('/Groups?filter=displayName+eq+%22nobody+{{n}}%22', { answers: nothingFound })],
  },
  {
    name: 'G7 filter a group in another case',
    steps: [
      group,
      get('/Groups?filter=displayName+eq+%22ENG+{{n}}%22', { answers: listOf({ id: '{{eng}}' }) }),
    ],
  },
  {
    name: 'G8 replace an attribute of a group',
    steps: [
      group,
      patch('/Groups/{{eng}}', [{ op: 'replace', value: { externalId: 'y-{{n}}' } }]),
      groupIs('eng', { externalId: 'y-{{n}}' }),
    ],
  },
  {
    name: 'G9 update displayName of a group',
    steps: [
      group,
      patch('/Groups/{{eng}}', [{ op: 'replace', value: { displayName: 'ops {{n}}' } }]),
      groupIs('eng', { displayName: 'ops {{n}}' }),
    ],
  },
  {
    name: 'G10 add a member by replacing the members',
    steps: [
      newUser('jo'),
      group,
      patch('/Groups/{{eng}}', [{ op: 'replace', path: 'members', value: [{ value: '{{jo}}' }] }]),
      groupIs('eng', { members: [{ value: '{{jo}}' }] }),
    ],
  },
  {
    name: 'G11 remove a member',
    steps: [
      ...filled,
      patch('/Groups/{{eng}}', [{ op: 'remove', path: 'members[value eq "{{jo}}"]' }]),
      groupIs('eng', { members: noValues }),
    ],
  },
  {
    name: 'G12 delete a group',
    steps: [group, remove('/Groups/{{eng}}'), get('/Groups/{{eng}}', { status: 404 })],
  },
];

const preview: readonly ReplayCase[] = [
  {
    name: 'preview: delete a group that is not there',
    steps: [remove('/Groups/5b1d9b0e-6f6c-4a39-a3e2-6c1f6f3c2a10', { status: 404, answers: scimError(404) })],
  },
  {
    name: 'preview: delete a group twice',
    steps: [group, remove('/Groups/{{eng}}'), remove('/Groups/{{eng}}', { status: 404 })],
  },
  {
    name: 'preview: several operations on different attributes of a group',
    steps: [
      group,
      patch('/Groups/{{eng}}', [
        { op: 'remove', path: 'externalId' },
        { op: 'replace', path: 'displayName', value: 'ops {{n}}' },
      ]),
      groupIs('eng', { externalId: absent, displayName: 'ops {{n}}' }),
    ],
  },
  {
    name: 'preview: several operations on one attribute of a group',
    steps: [
      group,
      patch('/Groups/{{eng}}', [
        { op: 'remove', path: 'externalId' },
        { op: 'add', path: 'externalId', value: 'y-{{n}}' },
        { op: 'replace', path: 'externalId', value: 'z-{{n}}' },
      ]),
      groupIs('eng', { externalId: 'z-{{n}}' }),
    ],
  },
  {
    name: 'preview: add and remove the same member of a group',
    steps: [
      newUser('jo'),
      group,
      patch('/Groups/{{eng}}', [
        { op: 'add', path: 'members', value: [{ value: '{{jo}}' }] },
        { op: 'remove', path: 'members[value eq "{{jo}}"]' },
      ]),
      groupIs('eng', { members: noValues }),
    ],
  },
];

export const validatorGroupCases: readonly ReplayCase[] = [...mandatory, ...preview];
