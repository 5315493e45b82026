import { type FinalState, type SeenFact, type SeenState } from './final-state.js';
import { type Problem } from './problem.js';

interface Resource {
  readonly id: string;
  readonly version: number;
  readonly displayName: string | null;
}

/** The log against the database: every version told once and in order, the state topic up to date, the members the same. */
export function checkFacts(state: FinalState): Problem[] {
  return [
    ...checkKind(state.users, state.userFacts, state.userStates),
    ...checkKind(state.groups, state.groupFacts, state.groupStates),
    ...state.groups.flatMap((group) => checkMembers(group, state.groupFacts.get(group.id) ?? [])),
  ];
}

function checkKind(
  resources: readonly Resource[],
  facts: ReadonlyMap<string, readonly SeenFact[]>,
  states: ReadonlyMap<string, SeenState | null>,
): Problem[] {
  const problems: Problem[] = [];
  const stored = new Map(resources.map((resource) => [resource.id, resource]));
  for (const id of new Set([...stored.keys(), ...facts.keys()])) {
    problems.push(
      ...checkSequence(id, facts.get(id) ?? [], stored.get(id)),
      ...checkState(id, states, stored.get(id)),
    );
  }
  return problems;
}

/** Repeats are told by their id; what is left has the versions 1, 2, 3 ..., each with all its parts in order. */
function checkSequence(id: string, facts: readonly SeenFact[], stored: Resource | undefined): Problem[] {
  let version = 0;
  let partsLeft = 0;
  for (const fact of firstOfEach(facts)) {
    const isNextPart = partsLeft > 0 && fact.version === version && fact.part === fact.parts - partsLeft + 1;
    const isNextVersion = partsLeft === 0 && fact.version === version + 1 && fact.part === 1;
    if (!isNextPart && !isNextVersion) {
      const detail = `version ${fact.version} part ${fact.part}/${fact.parts} came after version ${version}`;
      return [{ rule: 'fact-out-of-order', key: id, detail }];
    }
    version = fact.version;
    partsLeft = fact.parts - fact.part;
  }
  const last = firstOfEach(facts).at(-1);
  if (stored === undefined && last?.kind !== 'deleted') {
    return [{ rule: 'fact-missing', key: id, detail: 'it is gone from the database and no fact says so' }];
  }
  if (stored !== undefined && (version !== stored.version || last?.kind === 'deleted' || partsLeft > 0)) {
    const detail = `the database has version ${stored.version}, the facts end with ${last?.kind} ${version}`;
    return [{ rule: 'fact-missing', key: id, detail }];
  }
  return [];
}

function checkState(
  id: string,
  states: ReadonlyMap<string, SeenState | null>,
  stored: Resource | undefined,
): Problem[] {
  const state = states.get(id);
  if (stored === undefined) {
    return state === null
      ? []
      : [{ rule: 'state-stale', key: id, detail: 'it is deleted and its last state is no tombstone' }];
  }
  if (state?.version === stored.version && state.displayName === stored.displayName) return [];
  const detail = `the database has ${stored.version} ${stored.displayName}, the state topic ${state?.version} ${state?.displayName}`;
  return [{ rule: 'state-stale', key: id, detail }];
}

/** A consumer that adds and removes what the facts say comes to the members of the database. */
function checkMembers(group: FinalState['groups'][number], facts: readonly SeenFact[]): Problem[] {
  const members = new Set<string>();
  for (const { added, removed } of firstOfEach(facts)) {
    for (const id of added) members.add(id);
    for (const id of removed) members.delete(id);
  }
  const stored = new Set(group.members);
  const differing = [
    ...[...members].filter((id) => !stored.has(id)),
    ...[...stored].filter((id) => !members.has(id)),
  ];
  if (differing.length === 0) return [];
  const detail = `members differ between database and facts: ${differing.slice(0, 5).join(', ')}`;
  return [{ rule: 'members-differ', key: group.id, detail }];
}

export function firstOfEach(facts: readonly SeenFact[]): SeenFact[] {
  const known = new Set<string>();
  return facts.filter(({ factId }) => !known.has(factId) && known.add(factId));
}
