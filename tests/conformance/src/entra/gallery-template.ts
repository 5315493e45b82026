import { absent } from '../replay/expected-json.js';
import { get, patch, post, type ReplayCase } from '../replay/replay-case.js';
import { CORE, ENTERPRISE, GROUP } from '../replay/scim-names.js';
import { groupIs, newUser, userIs } from '../replay/usual-steps.js';
import { sampleUser } from './sample-user.js';

/** The direct SCIM tests of the template by which applications get into Microsoft's gallery. */

const MANAGER = `${ENTERPRISE}:manager`;

function page(kind: 'Users' | 'Groups', number: number, items: number): ReturnType<typeof get> {
  return get(`/${kind}?count=5&startIndex=${number * 5 + 1}`, {
    answers: { totalResults: 11, startIndex: number * 5 + 1, itemsPerPage: items },
  });
}

const eleven = Array.from({ length: 11 }, (_, position) => position);

export const galleryCases: readonly ReplayCase[] = [
  {
    name: 'gallery: null update, an empty text and then null',
    steps: [
      post('/Users', sampleUser, { as: 'jo' }),
      patch('/Users/{{jo}}', [{ op: 'replace', path: 'displayName', value: '' }]),
      userIs('jo', { displayName: absent }),
      patch('/Users/{{jo}}', [{ op: 'replace', path: 'displayName', value: 'Jo' }]),
      patch('/Users/{{jo}}', [{ op: 'replace', path: 'displayName', value: null }]),
      userIs('jo', { displayName: absent }),
    ],
  },
  {
    name: 'gallery: update manager in three phases',
    steps: [
      newUser('boss'),
      newUser('chief'),
      newUser('jo'),
      patch('/Users/{{jo}}', [{ op: 'Add', path: MANAGER, value: '{{boss}}' }]),
      userIs('jo', { [ENTERPRISE]: { manager: { value: '{{boss}}' } } }),
      patch('/Users/{{jo}}', [{ op: 'replace', path: MANAGER, value: '{{chief}}' }]),
      userIs('jo', { [ENTERPRISE]: { manager: { value: '{{chief}}' } } }),
      patch('/Users/{{jo}}', [{ op: 'replace', path: MANAGER, value: '' }]),
      userIs('jo', { [ENTERPRISE]: absent }),
    ],
  },
  {
    name: 'gallery: pages of users',
    tenant: {},
    steps: [
      ...eleven.map((each) => post('/Users', { schemas: [CORE], userName: `u${each}@contoso.com` })),
      page('Users', 0, 5),
      page('Users', 1, 5),
      page('Users', 2, 1),
      page('Users', 3, 0),
      get('/Users?count=0', { answers: { totalResults: 11, itemsPerPage: 0 } }),
    ],
  },
  {
    name: 'gallery: pages of groups',
    tenant: {},
    steps: [
      ...eleven.map((each) => post('/Groups', { schemas: [GROUP], displayName: `g${each}` })),
      page('Groups', 0, 5),
      page('Groups', 1, 5),
      page('Groups', 2, 1),
      page('Groups', 3, 0),
    ],
  },
  {
    name: 'gallery: several memberships in one PATCH',
    steps: [
      newUser('jo'),
      newUser('eve'),
      post('/Groups', { schemas: [GROUP], displayName: 'eng {{n}}' }, { as: 'eng' }),
      patch('/Groups/{{eng}}', [
        { op: 'Add', path: 'members', value: [{ value: '{{jo}}' }] },
        { op: 'Add', path: 'members', value: [{ value: '{{eve}}' }] },
      ]),
      groupIs('eng', { members: [{ value: '{{jo}}' }, { value: '{{eve}}' }] }),
    ],
  },
];
