import type { BenchRequest, Operation } from '../load.js';
import type { Comparison } from './comparison.js';
import { userBody } from './population.js';
import type { ScaleDirectory } from './scale-directory.js';

const PATCH_URN = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
const MANY = 100;

/** How often an operation is sent: in turn, and in a crowd. */
type Times = Pick<Comparison, 'pairs' | 'crowd'>;

const ONE_BY_ONE: Times = { pairs: 100, crowd: 200 };
/** As many requests as take away what came one by one, and these, a hundred at a time. */
const REMOVE_MANY: Times = { pairs: 4, crowd: 0 };
const ADD_MANY: Times = { pairs: 7, crowd: 0 };

/** Who came to a directory, and who left its large group, since the benchmark began. */
class Movements {
  /** Users who were made here, in the group or not. */
  readonly guests: string[] = [];
  private readonly removed: string[] = [];
  private taken = 0;
  private invited = 0;

  constructor(private readonly directory: ScaleDirectory) {}

  nextGuest(): string {
    this.invited += 1;
    return this.guests[this.invited - 1] ?? '';
  }

  /** Members, others each time. */
  take(count: number): string[] {
    const ids = this.directory.userIds.slice(this.taken, this.taken + count);
    if (ids.length < count) throw new Error('there are not enough members to remove');
    this.taken += count;
    this.removed.push(...ids);
    return ids;
  }

  giveBack(count: number): string[] {
    const ids = this.removed.splice(0, count);
    if (ids.length < count) throw new Error('there are not enough users to add again');
    return ids;
  }
}

function movementsByDirectory(): (directory: ScaleDirectory) => Movements {
  const all = new Map<ScaleDirectory, Movements>();
  return (directory) => {
    const movements = all.get(directory) ?? new Movements(directory);
    all.set(directory, movements);
    return movements;
  };
}

function patchOf(path: string, operation: object, expect: number): BenchRequest {
  const body = JSON.stringify({ schemas: [PATCH_URN], Operations: [operation] });
  return { method: 'PATCH', path, body, expect };
}

const groupPath = ({ base, everyone }: ScaleDirectory): string => `${base}/Groups/${everyone.id}`;

function ofMembers(op: 'add' | 'remove' | 'replace', ids: readonly string[]): object {
  return { op, path: 'members', value: ids.map((value) => ({ value })) };
}

function onGroup(
  name: string,
  growth: Comparison['growth'],
  times: Times,
  operation: (directory: ScaleDirectory) => object,
): Comparison {
  return {
    name,
    growth,
    ...times,
    operationFor: (directory) => ({
      name,
      next: () => patchOf(groupPath(directory), operation(directory), 204),
    }),
  };
}

function readingGroup(
  name: string,
  growth: Comparison['growth'],
  times: Times,
  query: string,
  membersShown: (directory: ScaleDirectory) => number,
): Comparison {
  return {
    name,
    growth,
    ...times,
    operationFor: (directory) => ({
      name,
      next: () => ({ method: 'GET', path: groupPath(directory) + query, expect: 200 }),
    }),
    check: (directory, answer) => {
      const { members = [] } = JSON.parse(answer) as { members?: object[] };
      const wanted = membersShown(directory);
      if (members.length !== wanted)
        throw new Error(`${name}: ${members.length} members in place of ${wanted}`);
    },
  };
}

let guestNumber = 0;

function create(directory: ScaleDirectory, movements: Movements): Operation {
  return {
    name: 'POST user',
    next: () => {
      guestNumber += 1;
      const { population, base } = directory;
      const name = `guest-${guestNumber}`;
      const person = { ...population.person(population.randomIndex()), externalId: name };
      const body = userBody({ ...person, userName: `${name}@example.com`, email: `${name}@example.com` });
      return { method: 'POST', path: `${base}/Users`, body: JSON.stringify(body), expect: 201 };
    },
    onAnswer: (_, body) => movements.guests.push((JSON.parse(body) as { id: string }).id),
  };
}

function change({ base, population, userIds }: ScaleDirectory): Operation {
  return {
    name: 'PATCH user',
    next: () => {
      const id = userIds[population.randomIndex()] ?? '';
      const operation = { op: 'Replace', path: 'displayName', value: `Changed ${Math.random()}` };
      return patchOf(`${base}/Users/${id}`, operation, 200);
    },
  };
}

function remove({ base }: ScaleDirectory, movements: Movements): Operation {
  return {
    name: 'DELETE user',
    next: () => ({ method: 'DELETE', path: `${base}/Users/${movements.guests.pop() ?? ''}`, expect: 204 }),
  };
}

/**
 * Writes, most of them to the group of everyone: 1,000 members against 100,000. Users come, join the group and are deleted; members
 * leave and return. In this order, and all of them, they leave the directory as it was.
 */
export function writeComparisons(): readonly Comparison[] {
  const of = movementsByDirectory();
  const everySecond = ({ userIds }: ScaleDirectory) => userIds.filter((_, index) => index % 2 === 0);
  return [
    {
      name: 'POST user',
      growth: 'indexed',
      ...ONE_BY_ONE,
      operationFor: (each) => create(each, of(each)),
    },
    { name: 'PATCH user', growth: 'indexed', ...ONE_BY_ONE, operationFor: change },
    readingGroup(
      'GET group without members',
      'indexed',
      { pairs: 200, crowd: 800 },
      '?excludedAttributes=members',
      () => 0,
    ),
    readingGroup(
      'GET group with all members',
      'whole',
      { pairs: 5, crowd: 0 },
      '',
      ({ everyone }) => everyone.members,
    ),
    onGroup('rename group', 'indexed', ONE_BY_ONE, () => ({
      op: 'replace',
      path: 'displayName',
      value: `Everyone ${Math.random()}`,
    })),
    onGroup('add one member', 'indexed', ONE_BY_ONE, (each) => ofMembers('add', [of(each).nextGuest()])),
    onGroup('remove one member', 'indexed', ONE_BY_ONE, (each) => ofMembers('remove', of(each).take(1))),
    onGroup('remove 100 members by value', 'indexed', REMOVE_MANY, (each) =>
      ofMembers('remove', of(each).take(MANY)),
    ),
    onGroup('add 100 members', 'indexed', ADD_MANY, (each) => ofMembers('add', of(each).giveBack(MANY))),
    {
      name: 'DELETE user (a member)',
      growth: 'indexed',
      ...ONE_BY_ONE,
      operationFor: (each) => remove(each, of(each)),
    },
    onGroup('replace all members by half of them', 'whole', { pairs: 1, crowd: 0 }, (each) =>
      ofMembers('replace', everySecond(each)),
    ),
    onGroup('replace half of the members by all', 'whole', { pairs: 1, crowd: 0 }, ({ userIds }) =>
      ofMembers('replace', userIds),
    ),
  ];
}
