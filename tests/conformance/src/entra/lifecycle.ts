import { type Json } from '../replay/json.js';
import { get, patch, post, remove, type ReplayCase, type Step } from '../replay/replay-case.js';
import { ENTERPRISE } from '../replay/scim-names.js';
import { groupIs, listOf, newGroup, newUser, scimError, userIs } from '../replay/usual-steps.js';
import { sampleUser } from './sample-user.js';

const byName = '/Users?filter=userName+eq+%22jo.{{n}}%40contoso.com%22';

/** Sets `active` by these operations: in the answer, by id and by filter. */
function activeBecomes(isActive: boolean, operation: Json): Step[] {
  const answers = { active: isActive };
  return [
    patch('/Users/{{jo}}', [operation], { answers }),
    userIs('jo', answers),
    get(byName, { answers: listOf({ id: '{{jo}}', ...answers }) }),
  ];
}

function disables(name: string, disable: Json, enable: Json): ReplayCase {
  return {
    name: `disable and restore: ${name}`,
    steps: [
      newUser('jo'),
      ...activeBecomes(false, disable),
      ...activeBecomes(false, disable),
      ...activeBecomes(true, enable),
    ],
  };
}

const set = (op: string, value: Json): Json => ({ op, path: 'active', value });

/** What happens to one user from its first cycle to its last; the two ways of writing a change differ. */
function lifeOfAUser(name: string, change: Json, disable: Json, enable: Json, manager: Json): ReplayCase {
  return {
    name: `life of a user, ${name}`,
    steps: [
      get('/Users?filter=userName+eq+%225b1d9b0e-6f6c-4a39-a3e2-6c1f6f3c2a10%22', {
        answers: { totalResults: 0 },
      }),
      get(byName, { answers: { totalResults: 0 } }),
      post('/Users', sampleUser, { as: 'jo' }),
      newUser('boss'),
      patch('/Users/{{jo}}', [manager], { answers: { [ENTERPRISE]: { manager: { value: '{{boss}}' } } } }),
      userIs('jo', { displayName: 'Jo Berg' }),
      patch('/Users/{{jo}}', [change], { answers: { displayName: 'Jo Nord' } }),
      ...activeBecomes(false, disable),
      get(byName, { answers: listOf({ id: '{{jo}}', active: false }) }),
      ...activeBecomes(true, enable),
      ...activeBecomes(false, disable),
      remove('/Users/{{jo}}'),
      get('/Users/{{jo}}', { status: 404, answers: scimError(404) }),
      get(byName, { answers: { totalResults: 0 } }),
    ],
  };
}

export const lifecycleCases: readonly ReplayCase[] = [
  disables('legacy, as text', set('Replace', 'False'), set('Replace', 'True')),
  disables('documented, as a boolean', set('Replace', false), set('Replace', true)),
  disables('flag', set('replace', false), set('replace', true)),
  disables('by adding', set('Add', 'False'), set('Add', 'True')),
  disables(
    'without a path',
    { op: 'replace', value: { active: false } },
    { op: 'replace', value: { active: true } },
  ),
  disables(
    'without a path, as text',
    { op: 'Replace', value: { active: 'False' } },
    { op: 'Replace', value: { active: 'True' } },
  ),
  lifeOfAUser(
    'legacy',
    { op: 'Replace', path: 'displayName', value: 'Jo Nord' },
    set('Replace', 'False'),
    set('Replace', 'True'),
    { op: 'Add', path: `${ENTERPRISE}:manager`, value: '{{boss}}' },
  ),
  lifeOfAUser(
    'flag',
    { op: 'replace', value: { displayName: 'Jo Nord' } },
    set('replace', false),
    set('replace', true),
    { op: 'add', path: `${ENTERPRISE}:manager`, value: { value: '{{boss}}' } },
  ),
  {
    name: 'an active without a value neither disables nor enables',
    steps: [
      newUser('jo'),
      ...activeBecomes(false, set('Replace', 'False')),
      ...activeBecomes(false, set('Replace', '')),
      ...activeBecomes(false, set('Replace', null)),
      ...activeBecomes(false, { op: 'replace', value: { active: '', title: 'Lead' } }),
      userIs('jo', { title: 'Lead' }),
    ],
  },
  {
    name: 'a disabled user stays in its groups',
    steps: [
      newUser('jo'),
      newGroup('eng', { members: [{ value: '{{jo}}' }] }),
      ...activeBecomes(false, set('Replace', 'False')),
      groupIs('eng', { members: [{ value: '{{jo}}' }] }),
      userIs('jo', { groups: [{ value: '{{eng}}' }] }),
    ],
  },
  {
    name: 'a deleted user leaves its groups',
    steps: [
      newUser('jo'),
      newUser('eve'),
      newGroup('eng', { members: [{ value: '{{jo}}' }, { value: '{{eve}}' }] }),
      remove('/Users/{{jo}}'),
      groupIs('eng', { members: [{ value: '{{eve}}' }] }),
    ],
  },
  {
    name: 'a deleted user can be made again, under another id',
    steps: [
      newUser('jo'),
      remove('/Users/{{jo}}'),
      newUser('jo2', { userName: 'jo.{{n}}@contoso.com' }),
      get(byName, { answers: listOf({ id: '{{jo2}}' }) }),
    ],
  },
  {
    name: 'delete: twice is 404, and so are reads and changes of what is gone',
    steps: [
      newUser('jo'),
      remove('/Users/{{jo}}'),
      remove('/Users/{{jo}}', { status: 404, answers: scimError(404) }),
      patch('/Users/{{jo}}', [set('Replace', 'False')], { status: 404, answers: scimError(404) }),
      get('/Users/{{jo}}', { status: 404 }),
      get('/Users/no-such-user', { status: 404, answers: scimError(404) }),
    ],
  },
];
