import { absent, including, inOrder, someText, type Expected } from '../replay/expected-json.js';
import { percentEncoded } from '../replay/encoding.js';
import { get, patch, post, put, type ReplayCase, type Step } from '../replay/replay-case.js';
import { CORE, ENTERPRISE, GROUP, LIST, SEARCH } from '../replay/scim-names.js';
import { listOf, newGroup, newUser, scimError } from '../replay/usual-steps.js';

const names = ['d', 'a', 'c', 'b'] as const;
const four: readonly Step[] = [
  ...names.map((each) =>
    newUser(each, {
      displayName: each.toUpperCase(),
      emails: [{ value: `z-${each}@x.test` }, { value: `${each}@x.test`, primary: true }],
    }),
  ),
  newUser('none'),
];

/** The users in exactly this order. */
function usersAre(...ids: readonly string[]): Expected {
  return { itemsPerPage: ids.length, Resources: inOrder(...ids.map((id) => ({ id: `{{${id}}}` }))) };
}

const sorting: readonly ReplayCase[] = [
  {
    name: 'sort: ascending unless told, whatever the case; what has no value comes last',
    tenant: {},
    steps: [
      ...four,
      get('/Users?sortBy=displayName', {
        answers: { totalResults: 5, ...(usersAre('a', 'b', 'c', 'd', 'none') as object) },
      }),
      get('/Users?sortBy=DISPLAYNAME&sortOrder=ascending', { answers: usersAre('a', 'b', 'c', 'd', 'none') }),
      get('/Users?sortBy=displayName&sortOrder=descending', {
        answers: usersAre('none', 'd', 'c', 'b', 'a'),
      }),
      get('/Users?sortBy=userName&startIndex=2&count=2', { answers: usersAre('b', 'c') }),
    ],
  },
  {
    name: 'sort: a multi-valued attribute by its primary value',
    tenant: {},
    steps: [
      ...four,
      get('/Users?sortBy=emails.value', { answers: usersAre('a', 'b', 'c', 'd', 'none') }),
      get('/Users?sortBy=emails', { answers: usersAre('a', 'b', 'c', 'd', 'none') }),
    ],
  },
  {
    name: 'sort: by what no schema has is refused',
    steps: [get('/Users?sortBy=nosuch', { status: 400, answers: scimError(400) })],
  },
];

const paging: readonly ReplayCase[] = [
  {
    name: 'page: startIndex below one is one, a negative count is none, a page past the end is empty',
    tenant: {},
    steps: [
      ...four,
      get('/Users?startIndex=0&count=2', { answers: { startIndex: 1, itemsPerPage: 2, totalResults: 5 } }),
      get('/Users?startIndex=-5', { answers: { startIndex: 1, itemsPerPage: 5 } }),
      get('/Users?count=-1', { answers: { itemsPerPage: 0, totalResults: 5 } }),
      get('/Users?count=0', { answers: { itemsPerPage: 0, totalResults: 5 } }),
      get('/Users?startIndex=6', { answers: { startIndex: 6, itemsPerPage: 0, totalResults: 5 } }),
      get('/Users?count=100000', { answers: { itemsPerPage: 5 } }),
      get('/Users?startIndex=first', { status: 400, answers: scimError(400, { scimType: 'invalidValue' }) }),
    ],
  },
  {
    name: 'page: one after the other shows everyone once',
    tenant: {},
    steps: [
      ...four,
      get('/Users?startIndex=1&count=2', { answers: usersAre('d', 'a') }),
      get('/Users?startIndex=3&count=2', { answers: usersAre('c', 'b') }),
      get('/Users?startIndex=5&count=2', { answers: usersAre('none') }),
    ],
  },
];

const searching: readonly ReplayCase[] = [
  {
    name: 'search: the query in the body of a POST',
    tenant: {},
    steps: [
      ...four,
      post(
        '/Users/.search',
        {
          schemas: [SEARCH],
          filter: 'displayName pr',
          sortBy: 'displayName',
          sortOrder: 'descending',
          startIndex: 1,
          count: 2,
          attributes: ['displayName'],
        },
        { status: 200, answers: { schemas: [LIST], totalResults: 4, ...(usersAre('d', 'c') as object) } },
      ),
      post(
        '/Users/.search',
        { schemas: [SEARCH], filter: 'id eq "{{a}}"', excludedAttributes: ['emails'] },
        { status: 200, answers: listOf({ id: '{{a}}', emails: absent, displayName: 'A' }) },
      ),
      post(
        '/Users/.search',
        { schemas: [SEARCH], filter: 'zz' },
        { status: 400, answers: scimError(400, { scimType: 'invalidFilter' }) },
      ),
      post('/Groups/.search', { schemas: [SEARCH] }, { status: 200, answers: { totalResults: 0 } }),
    ],
  },
];

const everything: readonly ReplayCase[] = [
  {
    name: 'search: users and groups in one list (RFC 7644 3.4.2.1)',
    tenant: {},
    steps: [
      newUser('jo', { displayName: 'Jo' }),
      newUser('eve'),
      newGroup('eng'),
      post(
        '/.search',
        { schemas: [SEARCH] },
        {
          status: 200,
          answers: { schemas: [LIST], totalResults: 3, Resources: usersAndGroups('jo', 'eve', 'eng') },
        },
      ),
      get('/?count=10', { answers: { totalResults: 3, Resources: usersAndGroups('jo', 'eve', 'eng') } }),
      get(`/?filter=${percentEncoded('displayName pr')}`, {
        answers: { totalResults: 2, Resources: usersAndGroups('jo', 'eng') },
      }),
      post(
        '/.search',
        { schemas: [SEARCH], filter: 'userName sw "eve"' },
        { status: 200, answers: { totalResults: 1 } },
      ),
      post(
        '/.search',
        { schemas: [SEARCH], filter: 'meta.resourceType eq "Group"', attributes: ['displayName'] },
        { status: 200, answers: { totalResults: 1, Resources: [{ id: '{{eng}}', meta: absent }] } },
      ),
      post(
        '/.search',
        { schemas: [SEARCH], startIndex: 3, count: 2 },
        {
          status: 200,
          answers: { totalResults: 3, itemsPerPage: 1, startIndex: 3, Resources: usersAndGroups('eng') },
        },
      ),
      post(
        '/.search',
        { schemas: [SEARCH], cursor: '', count: 2 },
        { status: 200, answers: { totalResults: 3, itemsPerPage: 2, nextCursor: someText } },
      ),
    ],
  },
  {
    name: 'search: everything sorted as one list, what has no value last (RFC 7644 3.4.2.3)',
    tenant: {},
    steps: [
      newUser('zoe', { displayName: 'Zoe' }),
      newUser('ann', { displayName: 'Ann' }),
      newGroup('mid'),
      newUser('nameless'),
      get('/?sortBy=displayName', {
        answers: { totalResults: 4, Resources: usersAndGroups('ann', 'mid', 'zoe', 'nameless') },
      }),
      post(
        '/.search',
        { schemas: [SEARCH], sortBy: 'displayName', sortOrder: 'descending', startIndex: 2, count: 2 },
        { status: 200, answers: { totalResults: 4, Resources: usersAndGroups('zoe', 'mid') } },
      ),
      get('/?sortBy=userName&sortOrder=descending', {
        answers: { totalResults: 4, Resources: usersAndGroups('mid', 'zoe', 'nameless', 'ann') },
      }),
    ],
  },
  {
    name: 'search: what no kind has is refused for all of them',
    steps: [
      post(
        '/.search',
        { schemas: [SEARCH], filter: 'shoeSize pr' },
        { status: 400, answers: scimError(400, { scimType: 'invalidFilter' }) },
      ),
      post(
        '/.search',
        { schemas: [SEARCH], sortBy: 'shoeSize' },
        { status: 400, answers: scimError(400, { scimType: 'invalidPath' }) },
      ),
    ],
  },
];

function usersAndGroups(...ids: readonly string[]): Expected {
  return inOrder(...ids.map((id) => ({ id: `{{${id}}}` })));
}

const whole = newUser('jo', {
  displayName: 'Jo',
  name: { familyName: 'Berg', givenName: 'Jo' },
  emails: [{ type: 'work', value: 'jo@x.test' }],
  [ENTERPRISE]: { department: 'Research', employeeNumber: '1' },
});

const choosing: readonly ReplayCase[] = [
  {
    name: 'attributes: only what is asked for, with id and schemas',
    steps: [
      whole,
      get('/Users/{{jo}}?attributes=userName,name.familyName', {
        answers: {
          schemas: including(CORE),
          id: '{{jo}}',
          userName: someText,
          name: { familyName: 'Berg', givenName: absent },
          displayName: absent,
          meta: absent,
          emails: absent,
        },
      }),
      get(`/Users/{{jo}}?attributes=${percentEncoded(`${ENTERPRISE}:department`)}`, {
        answers: { userName: absent, [ENTERPRISE]: { department: 'Research', employeeNumber: absent } },
      }),
      get(`/Users/{{jo}}?attributes=${percentEncoded(ENTERPRISE)}`, {
        answers: { displayName: absent, [ENTERPRISE]: { department: 'Research', employeeNumber: '1' } },
      }),
      get('/Users/{{jo}}?attributes=DISPLAYNAME', { answers: { displayName: 'Jo', userName: absent } }),
      get('/Users?filter=userName+eq+%22jo.{{n}}%40contoso.com%22&attributes=emails.value', {
        answers: listOf({ id: '{{jo}}', emails: [{ value: 'jo@x.test', type: absent }] }),
      }),
    ],
  },
  {
    name: 'excludedAttributes: everything else, and never without id',
    steps: [
      whole,
      get(
        `/Users/{{jo}}?excludedAttributes=id,emails,name.givenName,${percentEncoded(`${ENTERPRISE}:department`)}`,
        {
          answers: {
            id: '{{jo}}',
            displayName: 'Jo',
            emails: absent,
            name: { familyName: 'Berg', givenName: absent },
            [ENTERPRISE]: { department: absent, employeeNumber: '1' },
          },
        },
      ),
    ],
  },
  {
    name: 'attributes: of what POST, PUT and PATCH answer',
    steps: [
      post(
        '/Users?attributes=userName',
        { schemas: [CORE], userName: 'jo.{{n}}@contoso.com', displayName: 'Jo' },
        { as: 'jo', answers: { id: someText, userName: someText, displayName: absent } },
      ),
      put(
        '/Users/{{jo}}?excludedAttributes=meta',
        { schemas: [CORE], userName: 'jo.{{n}}@contoso.com', displayName: 'Jo' },
        { answers: { displayName: 'Jo', meta: absent } },
      ),
      patch('/Users/{{jo}}?attributes=title', [{ op: 'add', path: 'title', value: 'Lead' }], {
        status: 200,
        answers: { id: '{{jo}}', title: 'Lead', userName: absent },
      }),
      post(
        '/Groups?attributes=displayName',
        { schemas: [GROUP], displayName: 'eng {{n}}', members: [{ value: '{{jo}}' }] },
        { answers: { displayName: someText, members: absent } },
      ),
    ],
  },
  {
    name: 'attributes and excludedAttributes exclude each other',
    steps: [
      get('/Users?attributes=userName&excludedAttributes=emails', { status: 400, answers: scimError(400) }),
    ],
  },
];

/** Two at a time through five resources to the end, and back to the beginning. */
function thereAndBack(order = '', ids: readonly string[] = [...names, 'none'], path = '/Users'): Step[] {
  const at = (cursor: string): string => `${path}?count=2${order}&cursor=${cursor}`;
  const page = (start: number, expected: object): Expected => ({
    totalResults: 5,
    ...(usersAre(...ids.slice(start, start + 2)) as object),
    ...expected,
  });
  const onlyNext = page(0, { nextCursor: someText, previousCursor: absent });
  const both = page(2, { nextCursor: someText, previousCursor: someText });
  const onlyPrevious = page(4, { nextCursor: absent, previousCursor: someText });
  return [
    get(at(''), { answers: onlyNext, keeps: { second: 'nextCursor' } }),
    get(at('{{second}}'), { answers: both, keeps: { third: 'nextCursor' } }),
    get(at('{{third}}'), { answers: onlyPrevious, keeps: { beforeThird: 'previousCursor' } }),
    get(at('{{beforeThird}}'), {
      answers: both,
      keeps: { beforeSecond: 'previousCursor', third: 'nextCursor' },
    }),
    get(at('{{third}}'), { answers: onlyPrevious }),
    get(at('{{beforeSecond}}'), { answers: onlyNext }),
  ];
}

const cursors: readonly ReplayCase[] = [
  {
    name: 'cursor: an empty one begins a walk and the last page has no other (RFC 9865)',
    tenant: {},
    steps: [
      ...four,
      get('/Users?cursor=&count=3', {
        answers: { totalResults: 5, itemsPerPage: 3, nextCursor: someText, startIndex: absent },
      }),
      get('/Users?cursor&count=3', { answers: { totalResults: 5, itemsPerPage: 3, nextCursor: someText } }),
      get('/Users?cursor=&count=5', { answers: { totalResults: 5, itemsPerPage: 5, nextCursor: absent } }),
      post(
        '/Users/.search',
        { schemas: [SEARCH], cursor: '', count: 3 },
        { status: 200, answers: { itemsPerPage: 3, nextCursor: someText } },
      ),
    ],
  },
  {
    name: 'cursor: previousCursor leads back through the same pages, and the first has none (RFC 9865)',
    tenant: {},
    steps: [...four, ...thereAndBack(''), ...thereAndBack('&sortBy=userName', ['a', 'b', 'c', 'd', 'none'])],
  },
  {
    name: 'cursor: previousCursor in a list of users and groups (RFC 9865)',
    tenant: {},
    steps: [
      ...names.slice(0, 3).map((each) => newUser(each)),
      newGroup('x'),
      newGroup('y'),
      ...thereAndBack('', ['d', 'a', 'c', 'x', 'y'], '/'),
    ],
  },
  {
    name: 'cursor: one that is none is refused, and so is a count that is none (RFC 9865)',
    steps: [
      get('/Users?cursor=nosuch', { status: 400, answers: scimError(400, { scimType: 'invalidCursor' }) }),
      get('/Users?cursor=&count=many', {
        status: 400,
        answers: scimError(400, { scimType: 'invalidCount' }),
      }),
    ],
  },
  {
    name: 'cursor: without one, a list is paged by index and offers none (RFC 9865)',
    tenant: {},
    steps: [...four, get('/Users?count=2', { answers: { startIndex: 1, nextCursor: absent } })],
  },
  {
    name: 'groups are listed in the same way',
    tenant: {},
    steps: [
      newUser('jo'),
      newGroup('b', { members: [{ value: '{{jo}}' }] }),
      newGroup('a'),
      get('/Groups?sortBy=displayName&count=1', {
        answers: { totalResults: 2, itemsPerPage: 1, Resources: [{ id: '{{a}}' }] },
      }),
      get('/Groups?attributes=members.value', { answers: { totalResults: 2 } }),
      get('/Groups?cursor=&count=1', { answers: { nextCursor: someText } }),
    ],
  },
];

export const listCases: readonly ReplayCase[] = [
  ...sorting,
  ...paging,
  ...searching,
  ...everything,
  ...choosing,
  ...cursors,
];
