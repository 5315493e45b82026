import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import {
  openOneProcessWorld,
  type OneProcessTenant,
  type OneProcessWorld,
} from './world/one-process-world.js';
import { GROUP_URN, idOf, USER_URN, type ScimAnswer } from './world/scim-client.js';

jest.setTimeout(60_000);

const USERS = 7;
const GROUPS = 5;

interface Listed {
  readonly id: string;
  readonly userName?: string;
  readonly displayName?: string;
  readonly members?: readonly unknown[];
  readonly meta?: { readonly resourceType: string; readonly location: string };
}

describe('queries over users and groups together (RFC 7644 section 3.4.2.1)', () => {
  let world: OneProcessWorld;
  let tenant: OneProcessTenant;
  /** Of all resources, in the order of their lists. */
  const ids: string[] = [];

  beforeAll(async () => {
    world = await openOneProcessWorld();
    tenant = await world.newTenant();
    for (let n = 0; n < USERS; n += 1) {
      const user = { schemas: [USER_URN], userName: `user${n}@customer.example`, displayName: `Name ${n}` };
      ids.push(idOf(await tenant.client.post('/Users', user)));
    }
    for (let n = 0; n < GROUPS; n += 1) {
      const members = [{ value: ids[0] }];
      const group = { schemas: [GROUP_URN], displayName: `Name ${n}`, members };
      ids.push(idOf(await tenant.client.post('/Groups', group)));
    }
    const stranger = await world.newTenant();
    await stranger.client.post('/Users', { schemas: [USER_URN], userName: 'user0@customer.example' });
  });

  afterAll(() => world?.close());

  const query = (parameters: Readonly<Record<string, string>>) =>
    tenant.client.get(`/?${new URLSearchParams(parameters).toString()}`);
  const resources = ({ status, body, text }: ScimAnswer) => {
    if (status !== 200) throw new Error(text);
    return (body['Resources'] ?? []) as readonly Listed[];
  };
  const idsOf = (answer: ScimAnswer) => resources(answer).map(({ id }) => id);

  /** Pages from a cursor on. */
  async function walk(
    way: 'nextCursor' | 'previousCursor',
    from: unknown,
    more: Readonly<Record<string, string>>,
  ) {
    const pages: ScimAnswer[] = [];
    for (let cursor = from; typeof cursor === 'string'; cursor = pages.at(-1)?.body[way])
      pages.push(await query({ ...more, cursor }));
    return pages;
  }

  it('lists everything, users first, each as its own address shows it', async () => {
    const answer = await query({});
    expect(answer.body).toMatchObject({ totalResults: USERS + GROUPS, startIndex: 1 });
    expect(idsOf(answer)).toEqual(ids);
    const [first] = resources(answer);
    expect((await tenant.client.get(`/Users/${ids[0]}`)).body).toEqual(first);
    const last = resources(answer).at(-1);
    expect((await tenant.client.get(`/Groups/${last?.id}`)).body).toEqual(last);
    expect(last?.meta?.location).toContain('/Groups/');
  });

  it.each([1, 3, 7, 12])('walks in pages of %i, by index and by cursor', async (count) => {
    const byIndex: string[] = [];
    for (let startIndex = 1; startIndex <= ids.length; startIndex += count) {
      const page = await query({ startIndex: String(startIndex), count: String(count) });
      expect(page.body['totalResults']).toBe(ids.length);
      byIndex.push(...idsOf(page));
    }
    expect(byIndex).toEqual(ids);
    const byCursor: string[] = [];
    for (const page of await walk('nextCursor', '', { count: String(count) })) {
      expect(page.body['totalResults']).toBe(ids.length);
      byCursor.push(...idsOf(page));
    }
    expect(byCursor).toEqual(ids);
  });

  it.each([
    [1, ''],
    [2, ''],
    [3, ''],
    [4, ''],
    [7, ''],
    [8, ''],
    [12, ''],
    [2, 'displayName sw "Name 1" or displayName sw "Name 3"'],
    [3, 'meta.resourceType eq "Group"'],
    [3, 'meta.resourceType eq "User"'],
  ])('walks back in pages of %i through the same pages %s', async (pageSize, filter) => {
    const more = { count: String(pageSize), ...(filter === '' ? {} : { filter }) };
    const there = await walk('nextCursor', '', more);
    expect(there[0]?.body).not.toHaveProperty('previousCursor');
    const back = await walk('previousCursor', there.at(-1)?.body['previousCursor'], more);
    expect(back.map(idsOf)).toEqual(there.slice(0, -1).map(idsOf).toReversed());
    for (const { body } of back) expect(body['totalResults']).toBe(there[0]?.body['totalResults']);
    // And forwards again from the first, which a previous cursor led to.
    const again = await walk('nextCursor', back.at(-1)?.body['nextCursor'], more);
    expect(again.map(idsOf)).toEqual(there.slice(1).map(idsOf));
  });

  // filter | places of what it finds
  it.each<[string, readonly number[]]>([
    ['displayName eq "name 1"', [1, USERS + 1]],
    ['userName eq "user2@customer.example"', [2]],
    [`members.value pr`, [7, 8, 9, 10, 11]],
    ['userName sw "user3" or displayName eq "Name 4"', [3, 4, USERS + 4]],
    ['meta.resourceType eq "User"', [0, 1, 2, 3, 4, 5, 6]],
    ['meta.resourceType eq "Group" and displayName eq "Name 0"', [USERS]],
    ['not (userName sw "user")', []],
    ['userName eq "nobody"', []],
  ])('finds %s', async (filter, places) => {
    const answer = await query({ filter });
    expect(answer.body['totalResults']).toBe(places.length);
    expect(idsOf(answer)).toEqual(places.map((place) => ids[place]));
    const counted = await query({ filter, count: '0' });
    expect(counted.body['totalResults']).toBe(places.length);
  });

  it('finds the same by POST to /.search', async () => {
    const answer = await tenant.client.post('/.search', {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:SearchRequest'],
      filter: 'displayName eq "Name 1"',
      attributes: ['userName', 'displayName'],
      startIndex: 2,
      count: 5,
    });
    expect(answer.body).toMatchObject({ totalResults: 2, startIndex: 2, itemsPerPage: 1 });
    expect(resources(answer)).toEqual([{ schemas: [GROUP_URN], id: ids[USERS + 1], displayName: 'Name 1' }]);
  });

  // by | order | places
  it.each<[string, string, readonly number[]]>([
    ['displayName', 'ascending', [0, 7, 1, 8, 2, 9, 3, 10, 4, 11, 5, 6]],
    ['displayName', 'descending', [6, 5, 4, 11, 3, 10, 2, 9, 1, 8, 0, 7]],
    // Groups have no such name: they come last, and first where the order descends (RFC 7644 section 3.4.2.3).
    ['userName', 'ascending', [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]],
    ['userName', 'descending', [7, 8, 9, 10, 11, 6, 5, 4, 3, 2, 1, 0]],
    ['id', 'descending', [11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0]],
  ])('sorts everything by %s, %s', async (sortBy, sortOrder, places) => {
    const wanted = places.map((place) => ids[place]);
    const answer = await query({ sortBy, sortOrder });
    expect(answer.body['totalResults']).toBe(ids.length);
    expect(idsOf(answer)).toEqual(wanted);
    const paged = await query({ sortBy, sortOrder, startIndex: '4', count: '5' });
    expect(idsOf(paged)).toEqual(wanted.slice(3, 8));
    const there = await walk('nextCursor', '', { sortBy, sortOrder, count: '5' });
    expect(there.flatMap(idsOf)).toEqual(wanted);
    const back = await walk('previousCursor', there.at(-1)?.body['previousCursor'], {
      sortBy,
      sortOrder,
      count: '5',
    });
    expect(back.map(idsOf)).toEqual([wanted.slice(5, 10), wanted.slice(0, 5)]);
  });

  it('sorts what a filter finds', async () => {
    const answer = await query({
      filter: 'displayName sw "Name 1" or displayName eq "Name 3"',
      sortBy: 'displayName',
      sortOrder: 'descending',
    });
    expect(idsOf(answer)).toEqual([3, USERS + 3, 1, USERS + 1].map((place) => ids[place]));
    expect(answer.body['totalResults']).toBe(4);
  });

  it('leaves members out where they are excluded', async () => {
    const answer = await query({ excludedAttributes: 'members' });
    expect(resources(answer).some((each) => 'members' in each)).toBe(false);
  });

  it.each([
    [{ filter: 'colour eq "red"' }, 'invalidFilter'],
    [{ filter: 'userName eq' }, 'invalidFilter'],
    [{ sortBy: 'colour' }, 'invalidPath'],
    [{ sortBy: 'name' }, 'invalidValue'],
    [{ cursor: 'x.y' }, 'invalidCursor'],
    [{ cursor: 'u.AAAA' }, 'invalidCursor'],
  ])('refuses %j', async (parameters, scimType) => {
    const answer = await query(parameters);
    expect(answer).toMatchObject({ status: 400, body: { scimType } });
  });
});
