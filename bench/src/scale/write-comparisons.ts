import type { BenchRequest, Operation } from '../load.js';
import type { Comparison } from './comparison.js';
import { userBody } from './population.js';
import type { ScaleDirectory } from './scale-directory.js';

const PATCH_URN = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
const LIST_OF_VALUES = 100;

/** Who is not in the group at the moment, by directory: what was removed is added again, so that a run ends where it began. */
class Absentees {
  private readonly byDirectory = new Map<ScaleDirectory, string[]>();
  private readonly nextMember = new Map<ScaleDirectory, number>();

  /** So many members, others each time. */
  take(directory: ScaleDirectory, count: number): string[] {
    const start = this.nextMember.get(directory) ?? 0;
    const taken = directory.userIds.slice(start, start + count);
    if (taken.length < count) throw new Error('there are not enough members to remove');
    this.nextMember.set(directory, start + count);
    this.of(directory).push(...taken);
    return taken;
  }

  giveBack(directory: ScaleDirectory, count: number): string[] {
    const given = this.of(directory).splice(0, count);
    if (given.length < count) throw new Error('there are not enough users to add');
    return given;
  }

  private of(directory: ScaleDirectory): string[] {
    const ids = this.byDirectory.get(directory) ?? [];
    this.byDirectory.set(directory, ids);
    return ids;
  }
}

function patchOf(path: string, operation: object, expect: number): BenchRequest {
  const body = JSON.stringify({ schemas: [PATCH_URN], Operations: [operation] });
  return { method: 'PATCH', path, body, expect };
}

const groupPath = ({ base, everyone }: ScaleDirectory): string => `${base}/Groups/${everyone.id}`;
const values = (ids: readonly string[]) => ids.map((value) => ({ value }));

function membership(
  name: string,
  requests: Pick<Comparison, 'pairs' | 'crowd'>,
  operation: (directory: ScaleDirectory) => object,
): Comparison {
  return {
    name,
    growth: 'indexed',
    ...requests,
    operationFor: (directory) => ({
      name,
      next: () => patchOf(groupPath(directory), operation(directory), 204),
    }),
  };
}

function reading(
  name: string,
  growth: Comparison['growth'],
  requests: Pick<Comparison, 'pairs' | 'crowd'>,
  query: string,
): Comparison {
  return {
    name,
    growth,
    ...requests,
    operationFor: (directory) => ({
      name,
      next: () => ({ method: 'GET', path: groupPath(directory) + query, expect: 200 }),
    }),
    check: ({ everyone }, answer) => {
      const { members = [] } = JSON.parse(answer) as { members?: object[] };
      const wanted = growth === 'whole' ? everyone.members : 0;
      if (members.length !== wanted)
        throw new Error(`${name}: ${members.length} members in place of ${wanted}`);
    },
  };
}

/** All members by a half of them, and by all again. */
function replacement(name: string, wanted: (directory: ScaleDirectory) => readonly string[]): Comparison {
  return {
    name,
    growth: 'whole',
    pairs: 1,
    crowd: 0,
    operationFor: (directory) => ({
      name,
      next: () => {
        const operation = { op: 'replace', path: 'members', value: values(wanted(directory)) };
        return patchOf(groupPath(directory), operation, 204);
      },
    }),
  };
}

/** Operations on the group of everyone: 1,000 members against 100,000. In this order they leave it as it was. */
export function groupComparisons(): readonly Comparison[] {
  const absentees = new Absentees();
  const single = { pairs: 100, crowd: 160 };
  const many = { pairs: 4, crowd: 0 };
  const remove = (count: number) => (directory: ScaleDirectory) => ({
    op: 'remove',
    path: 'members',
    value: values(absentees.take(directory, count)),
  });
  const add = (count: number) => (directory: ScaleDirectory) => ({
    op: 'add',
    path: 'members',
    value: values(absentees.giveBack(directory, count)),
  });
  const everySecond = ({ userIds }: ScaleDirectory) => userIds.filter((_, index) => index % 2 === 0);
  return [
    reading(
      'GET group without members',
      'indexed',
      { pairs: 200, crowd: 800 },
      '?excludedAttributes=members',
    ),
    membership('remove one member', single, remove(1)),
    membership('add one member', single, add(1)),
    membership(`remove ${LIST_OF_VALUES} members by value`, many, remove(LIST_OF_VALUES)),
    membership(`add ${LIST_OF_VALUES} members`, many, add(LIST_OF_VALUES)),
    reading('GET group with all members', 'whole', { pairs: 5, crowd: 0 }, ''),
    replacement('replace all members by half of them', everySecond),
    replacement('replace half of the members by all', ({ userIds }) => userIds),
  ];
}

/** Users who come and go: what uniqueness and counters cost. */
export function userComparisons(): readonly Comparison[] {
  const requests = { pairs: 100, crowd: 200 };
  const guests = new Map<ScaleDirectory, string[]>();
  let made = 0;
  const guestsOf = (directory: ScaleDirectory): string[] => {
    const ids = guests.get(directory) ?? [];
    guests.set(directory, ids);
    return ids;
  };
  const create = (directory: ScaleDirectory): Operation => ({
    name: 'POST user',
    next: () => {
      made += 1;
      const { population, base } = directory;
      const name = `guest-${made}`;
      const person = { ...population.person(population.randomIndex()), externalId: name };
      const body = userBody({ ...person, userName: `${name}@example.com`, email: `${name}@example.com` });
      return { method: 'POST', path: `${base}/Users`, body: JSON.stringify(body), expect: 201 };
    },
    onAnswer: (_, body) => guestsOf(directory).push((JSON.parse(body) as { id: string }).id),
  });
  const change = (directory: ScaleDirectory): Operation => ({
    name: 'PATCH user',
    next: () => {
      const { base, population, userIds } = directory;
      const id = userIds[population.randomIndex()] ?? '';
      made += 1;
      return patchOf(
        `${base}/Users/${id}`,
        { op: 'Replace', path: 'displayName', value: `Changed ${made}` },
        200,
      );
    },
  });
  const remove = (directory: ScaleDirectory): Operation => ({
    name: 'DELETE user',
    next: () => {
      const id = guestsOf(directory).pop() ?? '';
      return { method: 'DELETE', path: `${directory.base}/Users/${id}`, expect: 204 };
    },
  });
  return [
    { name: 'POST user', growth: 'indexed', ...requests, operationFor: create },
    { name: 'PATCH user', growth: 'indexed', ...requests, operationFor: change },
    { name: 'DELETE user', growth: 'indexed', ...requests, operationFor: remove },
  ];
}
