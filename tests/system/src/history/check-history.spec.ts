import { describe, expect, it } from '@jest/globals';
import { checkFailures, checkHistory } from './check-history.js';
import { type FinalState, type SeenFact } from './final-state.js';
import { History } from './history.js';
import { type Rule } from './problem.js';

/** A small world in which everything is right: Ann was made and changed twice, Bob was deleted, Cleo's patch is unknown. */
function rightHistory(): History {
  const history = new History();
  history.invoke(1, 'create', 'ann@x', 'ann').ok({ id: 'a', version: 1 });
  history.invoke(1, 'create', 'bob@x', 'bob').ok({ id: 'b', version: 1 });
  history.invoke(1, 'create', 'cleo@x', 'cleo').ok({ id: 'c', version: 1 });
  history.invoke(2, 'create', 'dan@x', 'dan').fail('409');
  history.invoke(1, 'add-member', 'g', 'a').ok();
  history.invoke(1, 'add-member', 'g', 'b').ok();
  const overlapping = [
    history.invoke(1, 'patch', 'a', 'ann 2'),
    history.invoke(2, 'patch', 'a', 'ann 3'),
  ] as const;
  overlapping[1].ok({ version: 3 });
  overlapping[0].ok({ version: 2 });
  history.invoke(1, 'read', 'a', null).ok({ version: 3, value: 'ann 3' });
  history.invoke(1, 'delete', 'b', null).ok();
  history.invoke(1, 'read', 'b', null).ok({ value: null });
  history.invoke(2, 'patch', 'c', 'cleo 2').info('reset');
  history.invoke(2, 'patch', 'c', 'cleo 3').fail('503');
  history.invoke(2, 'remove-member', 'g', 'c').fail('404');
  return history;
}

function fact(
  id: string,
  version: number,
  displayName: string | null,
  more: Partial<SeenFact> = {},
): SeenFact {
  const kind = version === 1 ? 'created' : 'changed';
  const { part = 1, parts = 1 } = more;
  return {
    factId: `${id}.${version}.${part}`,
    version,
    part,
    parts,
    kind,
    displayName,
    added: [],
    removed: [],
    ...more,
  };
}

function rightState(): FinalState {
  return {
    users: [
      { id: 'a', userName: 'ann@x', displayName: 'ann 3', version: 3 },
      { id: 'c', userName: 'cleo@x', displayName: 'cleo 2', version: 2 },
    ],
    groups: [{ id: 'g', displayName: 'G', version: 4, members: ['a'] }],
    totalUsers: 2,
    userFacts: new Map([
      [
        'a',
        [
          fact('a', 1, 'ann'),
          fact('a', 1, 'ann'),
          fact('a', 2, 'ann 2'),
          fact('a', 3, 'ann 3'),
          fact('a', 2, 'ann 2'),
        ],
      ],
      ['b', [fact('b', 1, 'bob'), fact('b', 2, null, { kind: 'deleted' })]],
      ['c', [fact('c', 1, 'cleo'), fact('c', 2, 'cleo 2')]],
    ]),
    groupFacts: new Map([
      [
        'g',
        [
          fact('g', 1, 'G'),
          fact('g', 2, 'G', { added: ['a'], parts: 2 }),
          fact('g', 2, 'G', { added: ['b'], part: 2, parts: 2 }),
          fact('g', 3, 'G', { removed: ['b'] }),
          fact('g', 4, 'G'),
        ],
      ],
    ]),
    userStates: new Map([
      ['a', { version: 3, displayName: 'ann 3' }],
      ['b', null],
      ['c', { version: 2, displayName: 'cleo 2' }],
    ]),
    groupStates: new Map([['g', { version: 4, displayName: 'G' }]]),
    undecidedCommands: [],
    outboxRows: 0,
    failures: [
      { failureId: '1', cause: 'not_found', groupingKey: '' },
      { failureId: '2', cause: 'not_found', groupingKey: '' },
      { failureId: '2', cause: 'not_found', groupingKey: '' },
    ],
    mails: [
      { cause: 'not_found', groupingKey: '', state: 'sent', failureCount: 1 },
      { cause: 'not_found', groupingKey: '', state: 'sent', failureCount: 1 },
    ],
  };
}

interface Planted {
  readonly rule: Rule;
  readonly what: string;
  readonly tell?: (history: History) => void;
  readonly leave?: (state: FinalState) => Partial<FinalState>;
}

function facts(state: FinalState, id: string, some: readonly SeenFact[]): Partial<FinalState> {
  return { userFacts: new Map([...state.userFacts, [id, some]]) };
}

function users(
  state: FinalState,
  id: string,
  change: Partial<FinalState['users'][number]>,
): Partial<FinalState> {
  return { users: state.users.map((user) => (user.id === id ? { ...user, ...change } : user)) };
}

const planted: readonly Planted[] = [
  {
    rule: 'create-lost',
    what: 'an acknowledged create without a fact',
    tell: (h) => h.invoke(1, 'create', 'eve@x', 'eve').ok({ id: 'e', version: 1 }),
  },
  { rule: 'user-lost', what: 'a user that is gone', leave: (s) => ({ users: s.users.slice(1) }) },
  {
    rule: 'create-doubled',
    what: 'two users of one name',
    leave: (s) => ({ users: [...s.users, { id: 'z', userName: 'ANN@x', displayName: 'ann', version: 1 }] }),
  },
  {
    rule: 'create-doubled',
    what: 'a create that took effect again after the user was deleted',
    leave: (s) => facts(s, 'z', [fact('z', 1, 'bob'), fact('z', 2, null, { kind: 'deleted' })]),
  },
  {
    rule: 'create-from-nowhere',
    what: 'a user whose create failed',
    leave: (s) => ({ users: [...s.users, { id: 'd', userName: 'dan@x', displayName: 'dan', version: 1 }] }),
  },
  {
    rule: 'delete-undone',
    what: 'a deleted user that is there',
    leave: (s) => ({ users: [...s.users, { id: 'b', userName: 'bob@x', displayName: 'bob', version: 1 }] }),
  },
  {
    rule: 'delete-undone',
    what: 'a deleted user that was read',
    tell: (h) => h.invoke(1, 'read', 'b', null).ok({ version: 1, value: 'bob' }),
  },
  {
    rule: 'version-reused',
    what: 'two writes with one version',
    tell: (h) => h.invoke(1, 'patch', 'a', 'ann 3').ok({ version: 3 }),
  },
  {
    rule: 'version-went-back',
    what: 'a read of the past',
    tell: (h) => h.invoke(1, 'read', 'a', null).ok({ version: 2, value: 'ann 2' }),
  },
  {
    rule: 'version-went-back',
    what: 'a write below what was known',
    tell: (h) => h.invoke(1, 'patch', 'a', 'ann').ok({ version: 1 }),
  },
  {
    rule: 'read-wrong',
    what: 'a read of what never was',
    tell: (h) => h.invoke(1, 'read', 'a', null).ok({ version: 3, value: 'anna' }),
  },
  {
    rule: 'write-lost',
    what: 'a version with another value',
    tell: (h) => h.invoke(1, 'patch', 'c', 'other').ok({ version: 2 }),
  },
  {
    rule: 'write-lost',
    what: 'an acknowledged write without a trace',
    tell: (h) => h.invoke(1, 'patch', 'c', 'other').ok(),
  },
  {
    rule: 'final-value-wrong',
    what: 'an older value on top',
    leave: (s) => users(s, 'a', { displayName: 'ann 2' }),
  },
  {
    rule: 'final-value-wrong',
    what: 'a version that nobody wrote',
    leave: (s) => users(s, 'a', { version: 4 }),
  },
  {
    rule: 'failed-write-applied',
    what: 'a refused write that happened',
    leave: (s) => facts(s, 'c', [fact('c', 1, 'cleo'), fact('c', 2, 'cleo 3')]),
  },
  {
    rule: 'write-applied-twice',
    what: 'a write that came back',
    leave: (s) => facts(s, 'a', [...(s.userFacts.get('a') ?? []), fact('a', 4, 'ann 2')]),
  },
  {
    rule: 'member-wrong',
    what: 'an acknowledged member that is missing',
    leave: (s) => ({ groups: s.groups.map((g) => ({ ...g, members: [] })) }),
  },
  {
    rule: 'member-wrong',
    what: 'a deleted user that is a member',
    leave: (s) => ({ groups: s.groups.map((g) => ({ ...g, members: ['a', 'b'] })) }),
  },
  {
    rule: 'member-wrong',
    what: 'a member whom nobody added',
    leave: (s) => ({ groups: s.groups.map((g) => ({ ...g, members: ['a', 'c'] })) }),
  },
  { rule: 'total-wrong', what: 'a counter that is off', leave: () => ({ totalUsers: 3 }) },
  {
    rule: 'fact-out-of-order',
    what: 'a version that was left out',
    leave: (s) => facts(s, 'a', [fact('a', 1, 'ann'), fact('a', 3, 'ann 3')]),
  },
  {
    rule: 'fact-out-of-order',
    what: 'versions in the wrong order',
    leave: (s) => facts(s, 'a', [fact('a', 1, 'ann'), fact('a', 3, 'ann 3'), fact('a', 2, 'ann 2')]),
  },
  {
    rule: 'fact-out-of-order',
    what: 'a part that was left out',
    leave: (s) => ({
      groupFacts: new Map([['g', (s.groupFacts.get('g') ?? []).filter(({ part }) => part === 1)]]),
    }),
  },
  {
    rule: 'fact-missing',
    what: 'a last version that was not told',
    leave: (s) => facts(s, 'a', [fact('a', 1, 'ann'), fact('a', 2, 'ann 2')]),
  },
  {
    rule: 'fact-missing',
    what: 'a deletion that was not told',
    leave: (s) => facts(s, 'b', [fact('b', 1, 'bob')]),
  },
  {
    rule: 'state-stale',
    what: 'an old state on top',
    leave: (s) => ({ userStates: new Map([...s.userStates, ['a', { version: 2, displayName: 'ann 2' }]]) }),
  },
  {
    rule: 'state-stale',
    what: 'a deleted user with a state',
    leave: (s) => ({ userStates: new Map([...s.userStates, ['b', { version: 1, displayName: 'bob' }]]) }),
  },
  {
    rule: 'members-differ',
    what: 'a consumer of the facts with another membership',
    leave: (s) => ({
      groupFacts: new Map([['g', (s.groupFacts.get('g') ?? []).map((each) => ({ ...each, removed: [] }))]]),
    }),
  },
  {
    rule: 'command-undecided',
    what: 'a command without an outcome',
    leave: () => ({ undecidedCommands: ['1'] }),
  },
  { rule: 'outbox-not-empty', what: 'a fact that was not published', leave: () => ({ outboxRows: 1 }) },
  { rule: 'failure-not-mailed', what: 'a failure in no mail', leave: (s) => ({ mails: s.mails.slice(1) }) },
  {
    rule: 'failure-not-mailed',
    what: 'a mail that was not sent',
    leave: (s) => ({ mails: s.mails.map((mail) => ({ ...mail, state: 'parked' })) }),
  },
  {
    rule: 'failure-not-mailed',
    what: 'a failure that was told twice',
    leave: (s) => ({ mails: [...s.mails, ...s.mails] }),
  },
];

describe('the checker', () => {
  it('finds nothing where everything is right', () => {
    expect(checkHistory(rightHistory().operations, rightState())).toEqual([]);
  });

  it.each(planted)('finds $what ($rule)', ({ rule, tell, leave }) => {
    const history = rightHistory();
    tell?.(history);
    const state = rightState();
    const problems = checkHistory(history.operations, { ...state, ...leave?.(state) });
    expect(problems.map((problem) => problem.rule)).toContain(rule);
  });

  it('finds failures of what nobody was refused', () => {
    expect(checkFailures(rightState(), 2)).toEqual([]);
    expect(checkFailures(rightState(), 1)).toMatchObject([{ rule: 'failure-from-nowhere' }]);
  });

  it('accepts either end of a write of which nobody knows', () => {
    const state = rightState();
    const notApplied = {
      ...state,
      ...users(state, 'c', { displayName: 'cleo', version: 1 }),
      ...facts(state, 'c', [fact('c', 1, 'cleo')]),
      userStates: new Map([...state.userStates, ['c', { version: 1, displayName: 'cleo' }] as const]),
    };
    expect(checkHistory(rightHistory().operations, notApplied)).toEqual([]);
  });

  it('accepts either order of two changes of a member that overlap', () => {
    const history = rightHistory();
    const overlapping = [
      history.invoke(1, 'remove-member', 'g', 'a'),
      history.invoke(2, 'add-member', 'g', 'a'),
    ];
    for (const operation of overlapping) operation.ok();
    const state = rightState();
    expect(checkHistory(history.operations, state)).toEqual([]);
    const removed = (state.groupFacts.get('g') ?? []).map((each) =>
      each.version === 4 ? { ...each, removed: ['a'] } : each,
    );
    const without = {
      groups: state.groups.map((group) => ({ ...group, members: [] })),
      groupFacts: new Map([['g', removed]]),
    };
    expect(checkHistory(history.operations, { ...state, ...without })).toEqual([]);
  });
});
