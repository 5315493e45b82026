import { absent, textLike, type Expected } from '../replay/expected-json.js';
import { type Json } from '../replay/json.js';
import { patch, type ReplayCase } from '../replay/replay-case.js';
import { ENTERPRISE } from '../replay/scim-names.js';
import { newUser, userIs } from '../replay/usual-steps.js';

const MANAGER = `${ENTERPRISE}:manager`;

/** A manager is an object whatever was sent: a bare text in an answer breaks the connector. */
const managed = (by: string): Expected => ({
  [ENTERPRISE]: { manager: { value: `{{${by}}}`, $ref: textLike(/\/Users\//) } },
});
const unmanaged: Expected = { [ENTERPRISE]: absent };

function sets(name: string, operation: Json): ReplayCase {
  return {
    name: `manager: set ${name}`,
    steps: [
      newUser('boss'),
      newUser('jo'),
      patch('/Users/{{jo}}', [operation], { answers: managed('boss') }),
      userIs('jo', managed('boss')),
    ],
  };
}

function replaces(name: string, operation: Json): ReplayCase {
  return {
    name: `manager: replace ${name}`,
    steps: [
      newUser('boss'),
      newUser('chief'),
      newUser('jo', { [ENTERPRISE]: { manager: { value: '{{boss}}' } } }),
      patch('/Users/{{jo}}', [operation], { answers: managed('chief') }),
      userIs('jo', managed('chief')),
    ],
  };
}

function clears(name: string, operation: Json): ReplayCase {
  return {
    name: `manager: clear ${name}`,
    steps: [
      newUser('boss'),
      newUser('jo', { [ENTERPRISE]: { manager: { value: '{{boss}}' } } }),
      patch('/Users/{{jo}}', [operation], { answers: unmanaged }),
      userIs('jo', unmanaged),
    ],
  };
}

const managers: readonly ReplayCase[] = [
  sets('by a bare id, legacy', { op: 'Add', path: MANAGER, value: '{{boss}}' }),
  sets('by a list of one, old documentation', {
    op: 'Add',
    path: 'manager',
    value: [{ $ref: 'https://scim.example/Users/{{boss}}', value: '{{boss}}' }],
  }),
  sets('by an object', { op: 'add', path: MANAGER, value: { value: '{{boss}}' } }),
  sets('by the path of its value', { op: 'Add', path: `${MANAGER}.value`, value: '{{boss}}' }),
  sets('in a merged operation', { op: 'replace', value: { [MANAGER]: '{{boss}}' } }),
  sets('under the extension', { op: 'replace', value: { [ENTERPRISE]: { manager: { value: '{{boss}}' } } } }),
  replaces('by a bare id', { op: 'Replace', path: MANAGER, value: '{{chief}}' }),
  replaces('by an object', { op: 'replace', path: MANAGER, value: { value: '{{chief}}' } }),
  replaces('by adding', { op: 'Add', path: MANAGER, value: '{{chief}}' }),
  clears('by remove', { op: 'remove', path: MANAGER }),
  clears('by Remove with a value', { op: 'Remove', path: MANAGER, value: [{ value: '{{boss}}' }] }),
  clears('by an empty text', { op: 'replace', path: MANAGER, value: '' }),
  clears('by an object with an empty text', { op: 'replace', path: MANAGER, value: { value: '' } }),
  clears('by null', { op: 'Replace', path: MANAGER, value: null }),
];

const ROLE = JSON.stringify({ id: 'r-1', value: '25', displayName: 'Role1100' });

function assigns(
  name: string,
  operations: readonly Json[],
  roles: Expected,
  before: readonly Json[] = [],
): ReplayCase {
  return {
    name: `roles: ${name}`,
    steps: [
      newUser('jo', before.length === 0 ? {} : { roles: before }),
      patch('/Users/{{jo}}', operations, { answers: { roles } }),
      userIs('jo', { roles }),
    ],
  };
}

const roles: readonly ReplayCase[] = [
  assigns(
    'JSON in a text, legacy',
    [{ op: 'Add', path: 'roles', value: [{ value: ROLE }] }],
    [{ value: '25', display: 'Role1100' }],
  ),
  assigns(
    'a single role by the path of its value',
    [{ op: 'Add', path: 'roles[primary eq "True"].value', value: 'Admin' }],
    [{ primary: true, value: 'Admin' }],
  ),
  assigns(
    'display, value and type meet in the primary one',
    ['display', 'value', 'type'].map((part) => ({
      op: 'add',
      path: `roles[primary eq "True"].${part}`,
      value: `a ${part}`,
    })),
    [{ primary: true, display: 'a display', value: 'a value', type: 'a type' }],
  ),
  assigns(
    'added to those that are there',
    [{ op: 'Add', path: 'roles', value: [{ primary: false, display: 'B', value: 'B' }] }],
    [{ value: 'A' }, { value: 'B', display: 'B' }],
    [{ value: 'A' }],
  ),
  assigns(
    'all of them replaced',
    [
      {
        op: 'replace',
        path: 'roles',
        value: [
          { display: 'B', value: 'B' },
          { display: 'C', value: 'C' },
        ],
      },
    ],
    [{ value: 'B' }, { value: 'C' }],
    [{ value: 'A' }],
  ),
  assigns('all of them taken away', [{ op: 'replace', path: 'roles', value: [] }], absent, [{ value: 'A' }]),
];

export const referenceCases: readonly ReplayCase[] = [...managers, ...roles];
