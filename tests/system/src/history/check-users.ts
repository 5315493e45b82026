import { firstOfEach } from './check-facts.js';
import { type FinalState, type SeenFact } from './final-state.js';
import { type Operation } from './history.js';
import { type Problem } from './problem.js';

/** Each user as a register whose versions are visible: who was created, deleted, changed and seen, against what is left. */
export function checkUsers(operations: readonly Operation[], state: FinalState): Problem[] {
  const byId = Map.groupBy(
    operations.filter(({ op }) => op === 'patch' || op === 'delete' || op === 'read'),
    ({ key }) => key,
  );
  const problems = [...checkNames(operations, state)];
  for (const [userName, creates] of Map.groupBy(
    operations.filter(({ op }) => op === 'create'),
    ({ key }) => key,
  )) {
    problems.push(...checkCreate(userName, creates, byId, state));
  }
  const createdAs = new Map(
    operations.flatMap((each) => (each.op === 'create' && each.id !== undefined ? [[each.id, each]] : [])),
  );
  for (const [id, about] of byId) problems.push(...checkRegister(id, createdAs.get(id), about, state));
  return problems;
}

/** Nobody is there twice, nobody is there whom nobody asked for, and the count says how many there are. */
function checkNames(operations: readonly Operation[], { users, totalUsers }: FinalState): Problem[] {
  const problems: Problem[] = [];
  const askedFor = new Set(
    operations.flatMap(({ op, key, end }) => (op === 'create' && end !== 'fail' ? [key] : [])),
  );
  for (const [userName, holders] of Map.groupBy(users, (user) => user.userName.toLowerCase())) {
    if (holders.length > 1)
      problems.push({
        rule: 'create-doubled',
        key: userName,
        detail: `${holders.length} users have this name`,
      });
    if (!askedFor.has(userName))
      problems.push({
        rule: 'create-from-nowhere',
        key: userName,
        detail: 'no create of it can have succeeded',
      });
  }
  if (totalUsers !== users.length) {
    problems.push({
      rule: 'total-wrong',
      key: 'Users',
      detail: `totalResults is ${totalUsers}, there are ${users.length} users`,
    });
  }
  return problems;
}

function checkCreate(
  userName: string,
  creates: readonly Operation[],
  byId: ReadonlyMap<string, readonly Operation[]>,
  { users, userFacts }: FinalState,
): Problem[] {
  const problems: Problem[] = [];
  for (const { id, end, value } of creates) {
    if (end !== 'ok' || id === undefined) continue;
    const facts = firstOfEach(userFacts.get(id) ?? []);
    if (facts[0]?.kind !== 'created' || facts[0].displayName !== value) {
      problems.push({
        rule: 'create-lost',
        key: userName,
        detail: `no fact tells that ${id} was created as ${value}`,
      });
    }
    const mayBeDeleted =
      byId.get(id)?.some(({ op, end: deleted }) => op === 'delete' && deleted !== 'fail') === true;
    if (!mayBeDeleted && !users.some((user) => user.id === id)) {
      problems.push({
        rule: 'user-lost',
        key: userName,
        detail: `${id} was created, never deleted, and is gone`,
      });
    }
  }
  // Each value is created once on purpose, so a second user made with it is a create that took effect twice.
  const values = new Set(creates.map(({ value }) => value));
  const made = [...userFacts].filter(
    ([, facts]) => facts[0]?.kind === 'created' && values.has(facts[0].displayName),
  );
  if (made.length > creates.length) {
    problems.push({
      rule: 'create-doubled',
      key: userName,
      detail: `made ${made.length} times: ${made.map(([id]) => id).join(', ')}`,
    });
  }
  return problems;
}

function checkRegister(
  id: string,
  create: Operation | undefined,
  about: readonly Operation[],
  state: FinalState,
): Problem[] {
  const writes = [...(create === undefined ? [] : [create]), ...about.filter(({ op }) => op === 'patch')];
  const facts = firstOfEach(state.userFacts.get(id) ?? []);
  return [
    ...checkDelete(id, about, state),
    ...checkOrder(id, [...writes, ...about.filter(({ op, seen }) => op === 'read' && seen !== null)]),
    ...checkValues(id, writes, about, facts),
    ...checkFinalValue(id, writes, state),
  ];
}

function checkDelete(id: string, about: readonly Operation[], { users }: FinalState): Problem[] {
  const deletes = about.filter(({ op, end }) => op === 'delete' && end === 'ok');
  if (deletes.length === 0) return [];
  const problems: Problem[] = [];
  if (users.some((user) => user.id === id))
    problems.push({ rule: 'delete-undone', key: id, detail: 'it was deleted and is there' });
  const deletedAt = Math.min(...deletes.map(({ endedAt }) => endedAt));
  const seen = about.filter(
    ({ op, end, seen: value, invokedAt }) =>
      op === 'read' && end === 'ok' && value !== null && invokedAt > deletedAt,
  );
  if (seen.length > 0)
    problems.push({
      rule: 'delete-undone',
      key: id,
      detail: `it was deleted and read ${seen.length} times after`,
    });
  return problems;
}

/** What was told earlier has the lower version; two writes never have the same. */
function checkOrder(id: string, operations: readonly Operation[]): Problem[] {
  const problems: Problem[] = [];
  const told = operations.filter(
    (each): each is Operation & { version: number } => each.end === 'ok' && each.version !== undefined,
  );
  const writers = Map.groupBy(
    told.filter(({ op }) => op !== 'read'),
    ({ version }) => version,
  );
  for (const [version, same] of writers) {
    if (same.length > 1)
      problems.push({
        rule: 'version-reused',
        key: id,
        detail: `${same.length} writes were told version ${version}`,
      });
  }
  // By end; for each operation the highest version that anyone had been told before it began.
  const byEnd = [...told].sort((a, b) => a.endedAt - b.endedAt);
  let known = 0;
  let next = 0;
  for (const later of [...told].sort((a, b) => a.invokedAt - b.invokedAt)) {
    for (; (byEnd[next]?.endedAt ?? Infinity) < later.invokedAt; next += 1)
      known = Math.max(known, byEnd[next]?.version ?? 0);
    if (later.version < known || (later.op !== 'read' && later.version === known)) {
      problems.push({
        rule: 'version-went-back',
        key: id,
        detail: `${later.op} was told ${later.version} after ${known} was known`,
      });
    }
  }
  return problems;
}

/** The facts say which value each version had: what was acknowledged or read must agree, and no write shows up twice. */
function checkValues(
  id: string,
  writes: readonly Operation[],
  about: readonly Operation[],
  facts: readonly SeenFact[],
): Problem[] {
  const problems: Problem[] = [];
  const valueAt = new Map(facts.map(({ version, displayName }) => [version, displayName]));
  for (const { op, end, version, seen } of [...writes, ...about.filter((each) => each.op === 'read')]) {
    if (end !== 'ok' || version === undefined || seen === null || valueAt.get(version) === seen) continue;
    const detail = `${op} was told ${seen} at version ${version}, the fact says ${valueAt.get(version)}`;
    problems.push({ rule: op === 'read' ? 'read-wrong' : 'write-lost', key: id, detail });
  }
  const told = new Set(facts.map(({ displayName }) => displayName));
  for (const { op, value } of writes.filter(({ end }) => end === 'ok')) {
    if (!told.has(value))
      problems.push({
        rule: 'write-lost',
        key: id,
        detail: `${op} of ${value} was acknowledged and no fact tells it`,
      });
  }
  const failed = new Set(writes.filter(({ end }) => end === 'fail').map(({ value }) => value));
  const begun = new Map<string, number>();
  facts.forEach(({ displayName, version, kind }, position) => {
    if (displayName === null || kind === 'deleted' || facts[position - 1]?.displayName === displayName)
      return;
    if (failed.has(displayName))
      problems.push({
        rule: 'failed-write-applied',
        key: id,
        detail: `${displayName} failed and is version ${version}`,
      });
    const earlier = begun.get(displayName);
    if (earlier !== undefined) {
      problems.push({
        rule: 'write-applied-twice',
        key: id,
        detail: `${displayName} is version ${earlier} and again ${version}`,
      });
    }
    begun.set(displayName, version);
  });
  return problems;
}

/** What is left is the last acknowledged value, or one of those of which nobody knows. */
function checkFinalValue(id: string, writes: readonly Operation[], { users }: FinalState): Problem[] {
  const user = users.find((each) => each.id === id);
  if (user === undefined) return [];
  const acknowledged = writes.filter(
    (each): each is Operation & { version: number } => each.end === 'ok' && each.version !== undefined,
  );
  const last = acknowledged.reduce<(Operation & { version: number }) | undefined>(
    (highest, each) => (highest === undefined || each.version > highest.version ? each : highest),
    undefined,
  );
  const unknown = writes.filter(({ end }) => end === 'info').map(({ value }) => value);
  const isLast = last?.version === user.version && last.value === user.displayName;
  const isUnknown = user.version > (last?.version ?? 0) && unknown.includes(user.displayName);
  if (isLast || isUnknown) return [];
  const detail = `it is ${user.displayName} at version ${user.version}, last acknowledged was ${last?.value} at ${last?.version}`;
  return [{ rule: 'final-value-wrong', key: id, detail }];
}
