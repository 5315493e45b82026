import type { Comparison, Growth } from './comparison.js';
import { TEAM_SIZE, TITLES } from './population.js';
import type { ScaleDirectory } from './scale-directory.js';

const PAGE = 100;

/** Query parameters of a list, and how many resources there must be in all. */
interface ListQuery {
  readonly of: 'Users' | 'Groups' | 'everything';
  parameters(directory: ScaleDirectory): Readonly<Record<string, string | number>>;
  total(directory: ScaleDirectory): number;
}

const one = (): number => 1;
const everybody = (directory: ScaleDirectory): number => directory.population.count;
const quoted = (text: string): string => JSON.stringify(text);

function someone({ population }: ScaleDirectory) {
  return population.person(population.randomIndex());
}

function someId({ population, userIds }: ScaleDirectory): string {
  return userIds[population.randomIndex()] ?? '';
}

function someTeam({ teams }: ScaleDirectory) {
  const team = teams[Math.floor(Math.random() * teams.length)];
  if (team === undefined) throw new Error('there are no teams');
  return team;
}

function list(name: string, growth: Growth, query: ListQuery): Comparison {
  const indexed = growth === 'indexed';
  return {
    name,
    growth,
    pairs: indexed ? 200 : 15,
    crowd: indexed ? 800 : 0,
    operationFor: (directory) => ({
      name,
      next: () => {
        const parameters = new URLSearchParams(
          Object.entries(query.parameters(directory)).map(([key, value]): [string, string] => [
            key,
            String(value),
          ]),
        );
        const kind = query.of === 'everything' ? '' : query.of;
        const path = `${directory.base}/${kind}?${parameters.toString()}`;
        return { method: 'GET', path, expect: 200 };
      },
    }),
    check: (directory, answer) => {
      const { totalResults } = JSON.parse(answer) as { totalResults: number };
      const wanted = query.total(directory);
      if (totalResults !== wanted)
        throw new Error(`${name}: ${totalResults} found in place of ${wanted} among ${everybody(directory)}`);
    },
  };
}

function filter(
  name: string,
  growth: Growth,
  text: (directory: ScaleDirectory) => string,
  total: (directory: ScaleDirectory) => number = one,
): Comparison {
  return list(name, growth, { of: 'Users', parameters: (each) => ({ filter: text(each) }), total });
}

function groupFilter(
  name: string,
  text: (directory: ScaleDirectory) => string,
  total: (directory: ScaleDirectory) => number,
): Comparison {
  return list(name, 'indexed', {
    of: 'Groups',
    parameters: (each) => ({ filter: text(each), excludedAttributes: 'members' }),
    total,
  });
}

function page(
  name: string,
  growth: Growth,
  parameters: (directory: ScaleDirectory) => Readonly<Record<string, string | number>>,
): Comparison {
  const plain = list(name, growth, {
    of: 'Users',
    parameters: (each) => ({ count: PAGE, ...parameters(each) }),
    total: everybody,
  });
  return growth === 'indexed' ? { ...plain, pairs: 60, crowd: 160 } : plain;
}

/** A user with her groups, which are as many in either directory. */
const getById: Comparison = {
  name: 'GET user by id',
  growth: 'indexed',
  pairs: 200,
  crowd: 800,
  operationFor: (directory) => ({
    name: 'GET user by id',
    next: () => ({ method: 'GET', path: `${directory.base}/Users/${someId(directory)}`, expect: 200 }),
  }),
  check: ({ everyone }, answer) => {
    const { groups = [] } = JSON.parse(answer) as { groups?: { value: string }[] };
    if (!groups.some(({ value }) => value === everyone.id))
      throw new Error('a user does not show her groups');
  },
};

/** Members of `everyone` who are no others than it and a team, or a tenth: counted, to know what must be found. */
function groupsOf(directory: ScaleDirectory, index: number): number {
  const inTenth = index % 10 === 0 ? 1 : 0;
  const inTeam = index % PAGE < TEAM_SIZE ? 1 : 0;
  return 1 + inTenth + inTeam;
}

/** Always the same person, so that the number of groups is known; 1 is in a team and not in the tenth. */
const ONE_PERSON = 1;

/** The joins of connectors, and what else an index answers. */
export const indexedReads: readonly Comparison[] = [
  getById,
  filter('filter userName eq', 'indexed', (each) => `userName eq ${quoted(someone(each).userName)}`),
  filter('filter externalId eq', 'indexed', (each) => `externalId eq ${quoted(someone(each).externalId)}`),
  filter(
    'filter emails[type eq "work"].value eq',
    'indexed',
    (each) => `emails[type eq "work"].value eq ${quoted(someone(each).email)}`,
  ),
  filter('filter userName eq or externalId eq', 'indexed', (each) => {
    const { userName, externalId } = someone(each);
    return `userName eq ${quoted(userName)} or externalId eq ${quoted(externalId)}`;
  }),
  filter(
    'filter userName sw (ten match)',
    'indexed',
    (each) => `userName sw ${quoted(each.population.prefixOfTen(each.population.randomIndex()))}`,
    () => 10,
  ),
  filter(
    'filter groups.value eq (a team of 20)',
    'indexed',
    (each) => `groups.value eq ${quoted(someTeam(each).id)}`,
    () => TEAM_SIZE,
  ),
  groupFilter(
    'filter group displayName eq',
    (each) => `displayName eq ${quoted(someTeam(each).displayName)}`,
    one,
  ),
  groupFilter(
    'filter members.value eq (groups of a user)',
    (each) => `members.value eq ${quoted(each.userIds[ONE_PERSON] ?? '')}`,
    (each) => groupsOf(each, ONE_PERSON),
  ),
  groupFilter(
    'filter id eq and members eq (is she in it?)',
    (each) => `id eq ${quoted(each.everyone.id)} and members eq ${quoted(someId(each))}`,
    one,
  ),
  list('totalResults of all (count=0)', 'indexed', {
    of: 'Users',
    parameters: () => ({ count: 0 }),
    total: everybody,
  }),
  page('first page of 100', 'indexed', () => ({})),
  page('sort by userName, first page of 100', 'indexed', () => ({ sortBy: 'userName' })),
  page('sort by userName descending, first page', 'indexed', () => ({
    sortBy: 'userName',
    sortOrder: 'descending',
  })),
];

/** No index of ours answers these: they look at all of the tenant, and of nobody else. */
export const scans: readonly Comparison[] = [
  filter(
    'filter title eq (one in 50)',
    'scan',
    ({ population }) => `title eq ${quoted(`Title ${population.randomIndex() % TITLES}`)}`,
    ({ population }) => population.count / TITLES,
  ),
  filter(
    'filter name.familyName co (one in 8)',
    'scan',
    () => 'name.familyName co "olber"',
    ({ population }) => population.count / 8,
  ),
  filter(
    'filter meta.lastModified gt (none is)',
    'scan',
    () => 'meta.lastModified gt "2999-01-01T00:00:00Z"',
    () => 0,
  ),
  page('sort by name.familyName, first page of 100', 'scan', () => ({ sortBy: 'name.familyName' })),
  page('sort by userName, last page of 100', 'scan', ({ population }) => ({
    sortBy: 'userName',
    startIndex: population.count - PAGE + 1,
  })),
  list('sort everything by displayName, first page of 100', 'scan', {
    of: 'everything',
    parameters: () => ({ sortBy: 'displayName', count: PAGE }),
    total: (directory) =>
      everybody(directory) + [...directory.teams, directory.tenth, directory.everyone].length,
  }),
];
