import { type FinalState } from './final-state.js';
import { type Operation } from './history.js';
import { type Problem } from './problem.js';

/**
 * Each pair of group and user as a register of its own: what is left must be what one of the operations says that can have
 * been the last. Deleting a user takes it out of every group.
 */
export function checkMembers(operations: readonly Operation[], { groups }: FinalState): Problem[] {
  const problems: Problem[] = [];
  const deletes = Map.groupBy(
    operations.filter(({ op, end }) => op === 'delete' && end !== 'fail'),
    ({ key }) => key,
  );
  const changes = operations.filter(
    ({ op, end }) => (op === 'add-member' || op === 'remove-member') && end !== 'fail',
  );
  const pairs = Map.groupBy(changes, ({ key, value }) => `${key} ${value}`);
  for (const group of groups) {
    for (const id of group.members) {
      if (!pairs.has(`${group.id} ${id}`))
        problems.push({ rule: 'member-wrong', key: group.id, detail: `nobody added ${id}` });
    }
  }
  for (const [pair, about] of pairs) {
    const [groupId = '', memberId = ''] = pair.split(' ');
    const all = [...about, ...(deletes.get(memberId) ?? [])];
    const isMember = groups.find(({ id }) => id === groupId)?.members.includes(memberId) === true;
    const mayBeLast = all.filter(
      (each) => !all.some((other) => other.end === 'ok' && other.invokedAt > each.endedAt),
    );
    const mayBeMember = mayBeLast.some(({ op }) => op === 'add-member');
    const mayBeNone =
      mayBeLast.some(({ op }) => op !== 'add-member') || all.every(({ end }) => end === 'info');
    if (isMember ? mayBeMember : mayBeNone) continue;
    problems.push({
      rule: 'member-wrong',
      key: groupId,
      detail: `${memberId} is ${isMember ? 'a' : 'no'} member`,
    });
  }
  return problems;
}
