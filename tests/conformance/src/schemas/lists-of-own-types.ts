import { absent, inOrder, someText, type Expected } from '../replay/expected-json.js';
import { percentEncoded } from '../replay/encoding.js';
import { get, post, type ReplayCase, type Step } from '../replay/replay-case.js';
import { SEARCH } from '../replay/scim-names.js';
import { newGroup, newUser, nothingFound, scimError } from '../replay/usual-steps.js';
import {
  CONTOSO_USER,
  LOCATION,
  OWNERSHIP,
  nameOf,
  newTestResource,
  ownTenant,
} from './sample-registration.js';

/** Two that differ in everything, and one that has nothing. */
const three: readonly Step[] = [
  newTestResource('low', {
    tag: 'alpha',
    status: 'planned',
    enabled: false,
    weight: 1.5,
    quantity: 9,
    inspectedAt: '2026-01-01T01:00:00+02:00',
    manual: 'https://example.test/a',
    image: 'TWFu',
    labels: ['red', 'Shared'],
    switches: [false],
    readings: [1.5, 10],
    counts: [9],
    serviceDates: ['2025-01-01T00:00:00Z'],
    links: ['https://example.test/low'],
    dimensions: { width: 1, unit: 'metric' },
    custodians: [{ value: 'u-1', type: 'owner', primary: true }],
    [OWNERSHIP]: { costCentre: '10', price: 5, boughtAt: '2020-01-01T00:00:00Z' },
    [LOCATION]: { site: 'Bergen', floors: [1], isOutdoors: false, position: { latitude: 1, longitude: 2 } },
  }),
  newTestResource('high', {
    tag: 'Beta',
    status: 'Retired',
    enabled: true,
    weight: 20,
    quantity: 10,
    inspectedAt: '2026-01-01T00:00:00Z',
    manual: 'https://example.test/b',
    image: 'TWE=',
    labels: ['blue', 'shared'],
    switches: [true],
    readings: [2],
    counts: [10],
    serviceDates: ['2026-01-01T00:00:00Z'],
    links: ['https://example.test/high'],
    dimensions: { width: 2, unit: 'imperial' },
    custodians: [
      { value: 'u-1', type: 'deputy' },
      { value: 'u-2', type: 'owner', primary: true },
    ],
    [OWNERSHIP]: { costCentre: '9', price: 40, boughtAt: '2021-01-01T00:00:00Z' },
    [LOCATION]: { site: 'oslo', floors: [2, 3], isOutdoors: true, position: { latitude: 9, longitude: 2 } },
  }),
  newTestResource('none'),
];

function these(...ids: readonly string[]): Expected {
  return { totalResults: ids.length, Resources: ids.map((id) => ({ id: `{{${id}}}` })) };
}

function order(...ids: readonly string[]): Expected {
  return { totalResults: ids.length, Resources: inOrder(...ids.map((id) => ({ id: `{{${id}}}` }))) };
}

function found(filter: string, ...ids: readonly string[]): Step {
  return get(`/TestResources?filter=${percentEncoded(filter)}`, { answers: these(...ids) });
}

function refused(filter: string): Step {
  return get(`/TestResources?filter=${percentEncoded(filter)}`, {
    status: 400,
    answers: scimError(400, { scimType: 'invalidFilter', detail: someText }),
  });
}

const filters: readonly ReplayCase[] = [
  {
    name: 'own types: filters on every type of attribute (RFC 7644 3.4.2.2)',
    ...ownTenant,
    steps: [
      ...three,
      found('name eq "LOW {{n}}"', 'low'),
      found('tag eq "Beta"', 'high'),
      found('tag eq "beta"'),
      found('status eq "retired"', 'high'),
      found('status sw "p" or status ew "RED"', 'low', 'high'),
      found('status co "a" and not (tag pr)'),
      found('enabled eq true', 'high'),
      found('enabled ne true', 'low', 'none'),
      found('weight gt 1.5', 'high'),
      found('weight ge 1.5', 'low', 'high'),
      found('quantity gt 9', 'high'),
      found('quantity lt 10', 'low'),
      found('inspectedAt lt "2026-01-01T00:00:00Z"', 'low'),
      found('inspectedAt ge "2026-01-01T00:00:00.000+00:00"', 'high'),
      found('manual eq "https://example.test/a"', 'low'),
      found('manual eq "HTTPS://example.test/a"'),
      found('image eq "TWFu"', 'low'),
      found('image eq "twfu"'),
      found('weight lt 1e308 and weight gt -1e308', 'low', 'high'),
      found('weight eq 1.5000000000000001', 'low'),
      found('quantity lt 99999999999', 'low', 'high'),
      found('quantity eq 9.0', 'low'),
      found('quantity eq 9.5'),
      found('weight pr', 'low', 'high'),
      found('not (weight pr)', 'none'),
    ],
  },
  {
    name: 'own types: filters on values of lists and on parts (RFC 7644 3.4.2.2)',
    ...ownTenant,
    steps: [
      ...three,
      found('labels eq "RED"', 'low'),
      found('labels eq "shared"', 'low', 'high'),
      found('labels co "lu"', 'high'),
      found('switches eq true', 'high'),
      found('readings gt 9', 'low'),
      found('readings eq 2', 'high'),
      found('counts ge 10', 'high'),
      found('serviceDates gt "2025-06-01T00:00:00Z"', 'high'),
      found('links ew "low"', 'low'),
      found('dimensions.width gt 1', 'high'),
      found('dimensions.unit eq "METRIC"', 'low'),
      found('custodians.value eq "u-1"', 'low', 'high'),
      found('custodians eq "u-2"', 'high'),
      found('custodians[type eq "owner" and value eq "u-1"]', 'low'),
      found('custodians[primary eq true].value eq "u-2"', 'high'),
      found('labels[value eq "blue"]', 'high'),
    ],
  },
  {
    name: 'own types: filters on extensions, by their URN or by a name that only they have (RFC 7644 3.10)',
    ...ownTenant,
    steps: [
      ...three,
      found(`${OWNERSHIP}:costCentre eq "9"`, 'high'),
      found(`${OWNERSHIP.toUpperCase()}:COSTCENTRE eq "9"`, 'high'),
      found('costCentre eq "9"', 'high'),
      found(`${OWNERSHIP}:price gt 9`, 'high'),
      found(`${OWNERSHIP}:boughtAt lt "2020-06-01T00:00:00Z"`, 'low'),
      found(`${LOCATION}:site eq "OSLO"`, 'high'),
      found(`${LOCATION}:floors eq 3`, 'high'),
      found(`${LOCATION}:isOutdoors eq false`, 'low'),
      found(`${LOCATION}:position.latitude ge 9`, 'high'),
      found(`${LOCATION}:site pr and weight gt 2`, 'high'),
      found(`not (${LOCATION}:site pr)`, 'none'),
      found('meta.resourceType eq "TestResource" and tag pr', 'low', 'high'),
      found('id eq "{{none}}"', 'none'),
    ],
  },
  {
    name: 'own types: a filter that their schema has no meaning for is invalidFilter',
    steps: [
      refused('userName eq "x"'),
      refused('nosuch pr'),
      refused('enabled gt true'),
      refused('image gt "A"'),
      refused('quantity eq "many"'),
      refused('quantity co 1'),
      refused('inspectedAt eq "soon"'),
      refused('dimensions eq "x"'),
      refused(`${LOCATION} pr`),
      refused(`${CONTOSO_USER}:level gt 1`),
      get('/TestResources?sortBy=nosuch', { status: 400, answers: scimError(400) }),
    ],
  },
];

function sorted(by: string, ...ids: readonly string[]): Step[] {
  return [
    get(`/TestResources?sortBy=${by}`, { answers: order(...ids) }),
    get(`/TestResources?sortBy=${by}&sortOrder=descending`, { answers: order(...[...ids].reverse()) }),
  ];
}

const sorting: readonly ReplayCase[] = [
  {
    name: 'own types: sorted by every type of attribute; what has no value comes last (RFC 7644 3.4.2.3)',
    ...ownTenant,
    steps: [
      ...three,
      ...sorted('name', 'high', 'low', 'none'),
      ...sorted('tag', 'high', 'low', 'none'),
      ...sorted('status', 'low', 'high', 'none'),
      ...sorted('enabled', 'low', 'high', 'none'),
      ...sorted('weight', 'low', 'high', 'none'),
      ...sorted('quantity', 'low', 'high', 'none'),
      ...sorted('inspectedAt', 'low', 'high', 'none'),
      ...sorted('manual', 'low', 'high', 'none'),
      ...sorted('dimensions.width', 'low', 'high', 'none'),
      ...sorted('custodians', 'low', 'high', 'none'),
      ...sorted(`${OWNERSHIP}:price`, 'low', 'high', 'none'),
      ...sorted(`${LOCATION}:site`, 'low', 'high', 'none'),
      ...sorted(`${LOCATION}:position.latitude`, 'low', 'high', 'none'),
    ],
  },
];

/** One resource a page, by cursor, in the order given. */
function walked(by: string, sortOrder: string, ...ids: readonly string[]): Step[] {
  return ids.map((id, position) => {
    const next = `${by.replaceAll(/\W/g, '_')}_${sortOrder}`;
    const cursor = position === 0 ? '' : `{{${next}${position - 1}}}`;
    const isLast = position === ids.length - 1;
    return get(`/TestResources?sortBy=${by}&sortOrder=${sortOrder}&count=1&cursor=${cursor}`, {
      answers: {
        totalResults: ids.length,
        Resources: [{ id: `{{${id}}}` }],
        nextCursor: isLast ? absent : someText,
      },
      ...(isLast ? {} : { keeps: { [`${next}${position}`]: 'nextCursor' } }),
    });
  });
}

const walks: readonly ReplayCase[] = [
  {
    name: 'own types: a walk by cursor in the order of every type of attribute, through what has no value (RFC 9865)',
    ...ownTenant,
    steps: [
      ...three,
      ...[
        'name',
        'tag',
        'enabled',
        'weight',
        'quantity',
        'inspectedAt',
        'readings',
        'dimensions.width',
        'custodians',
        `${OWNERSHIP}:price`,
        `${OWNERSHIP}:boughtAt`,
        `${LOCATION}:isOutdoors`,
        `${LOCATION}:position.latitude`,
      ].flatMap((by) => {
        const ids = by === 'name' || by === 'tag' ? ['high', 'low', 'none'] : ['low', 'high', 'none'];
        return [...walked(by, 'ascending', ...ids), ...walked(by, 'descending', ...ids.toReversed())];
      }),
    ],
  },
];

const paging: readonly ReplayCase[] = [
  {
    name: 'own types: an empty list, pages by index and a walk by cursor (RFC 7644 3.4.2.4, RFC 9865)',
    ...ownTenant,
    steps: [
      get('/TestResources', { answers: nothingFound }),
      ...three,
      get('/TestResources?startIndex=2&count=1', {
        answers: { totalResults: 3, startIndex: 2, itemsPerPage: 1, Resources: [{ id: '{{high}}' }] },
      }),
      get('/TestResources?count=0', { answers: { totalResults: 3, Resources: [] } }),
      get('/TestResources?cursor&count=2', {
        answers: { totalResults: 3, Resources: inOrder({ id: '{{low}}' }, { id: '{{high}}' }) },
        keeps: { rest: 'nextCursor' },
      }),
      get('/TestResources?cursor={{rest}}&count=2', {
        answers: { Resources: [{ id: '{{none}}' }], nextCursor: absent },
      }),
      get('/Users?cursor={{rest}}&count=2', {
        status: 400,
        answers: scimError(400, { scimType: 'invalidCursor' }),
      }),
      get('/TestResources?sortBy=weight&cursor&count=1', {
        answers: { Resources: [{ id: '{{low}}' }] },
        keeps: { heavier: 'nextCursor' },
      }),
      get('/TestResources?sortBy=weight&cursor={{heavier}}&count=1', {
        answers: { Resources: [{ id: '{{high}}' }] },
      }),
    ],
  },
  {
    name: 'own types: attributes and excludedAttributes in lists and searches (RFC 7644 3.4.2.5, 3.4.3)',
    ...ownTenant,
    steps: [
      ...three,
      get(`/TestResources?attributes=weight,${LOCATION}:site&count=1`, {
        answers: {
          Resources: [
            { name: nameOf('low'), weight: 1.5, tag: absent, [LOCATION]: { site: 'Bergen', floors: absent } },
          ],
        },
      }),
      post(
        '/TestResources/.search',
        {
          schemas: [SEARCH],
          filter: `${LOCATION}:floors gt 1 or weight lt 2`,
          sortBy: 'weight',
          sortOrder: 'descending',
          excludedAttributes: ['labels', OWNERSHIP],
        },
        {
          status: 200,
          answers: {
            totalResults: 2,
            Resources: inOrder(
              { id: '{{high}}', labels: absent, weight: 20 },
              { id: '{{low}}', labels: absent, weight: 1.5 },
            ),
          },
        },
      ),
    ],
  },
  {
    name: 'own types: queries at the root find users, groups and the others together (RFC 7644 3.4.2.1)',
    ...ownTenant,
    steps: [
      newUser('jo', { displayName: 'Blue', [CONTOSO_USER]: { costCentre: '10' } }),
      newGroup('eng'),
      ...three,
      get('/', {
        answers: {
          totalResults: 5,
          Resources: inOrder(
            { id: '{{jo}}', meta: { resourceType: 'User' } },
            { id: '{{eng}}', meta: { resourceType: 'Group' } },
            { id: '{{low}}', meta: { resourceType: 'TestResource' } },
            { id: '{{high}}' },
            { id: '{{none}}' },
          ),
        },
      }),
      get(`/?filter=${percentEncoded('meta.resourceType eq "TestResource"')}`, {
        answers: these('low', 'high', 'none'),
      }),
      post(
        '/.search',
        { schemas: [SEARCH], filter: 'weight gt 2 or displayName eq "blue"' },
        { status: 200, answers: these('jo', 'high') },
      ),
      post(
        '/.search',
        {
          schemas: [SEARCH],
          filter: `${OWNERSHIP}:costCentre eq "10" or ${CONTOSO_USER}:costCentre eq "10"`,
        },
        { status: 200, answers: these('jo', 'low') },
      ),
      get('/?cursor&count=3', {
        answers: {
          totalResults: 5,
          Resources: inOrder({ id: '{{jo}}' }, { id: '{{eng}}' }, { id: '{{low}}' }),
        },
        keeps: { rest: 'nextCursor' },
      }),
      get('/?cursor={{rest}}&count=3', {
        answers: { Resources: inOrder({ id: '{{high}}' }, { id: '{{none}}' }), nextCursor: absent },
      }),
      post(
        '/.search',
        { schemas: [SEARCH], filter: 'nosuch pr' },
        { status: 400, answers: scimError(400, { scimType: 'invalidFilter' }) },
      ),
    ],
  },
];

/** Lists, filters, orders, pages and searches of resources of a tenant's own type. */
export const ownTypeListCases: readonly ReplayCase[] = [...filters, ...sorting, ...walks, ...paging];
