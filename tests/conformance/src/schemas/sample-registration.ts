import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../programs/cache.js';
import { type Expected } from '../replay/expected-json.js';
import { type JsonObject } from '../replay/json.js';
import { get, post, type Step, type TenantWish } from '../replay/replay-case.js';

/** What `docs/reference/schemas.md` shows: a type with an attribute of every type, and an extension of users. */
export const SAMPLE_REGISTRATION = JSON.parse(
  readFileSync(join(ROOT, 'deploy/examples/test-resource.json'), 'utf8'),
) as JsonObject;

export const TEST_RESOURCE = 'urn:example:params:scim:schemas:core:2.0:TestResource';
/** Required of every TestResource. */
export const OWNERSHIP = 'urn:example:params:scim:schemas:extension:2.0:TestResourceOwnership';
export const LOCATION = 'urn:example:params:scim:schemas:extension:2.0:TestResourceLocation';
export const CONTOSO_USER = 'urn:ietf:params:scim:schemas:extension:contoso:2.0:User';

/** Fit for a case that counts what is there. */
export const ownTenant: { readonly tenant: TenantWish } = { tenant: { registration: SAMPLE_REGISTRATION } };

export function nameOf(as: string): string {
  return `${as} {{n}}`;
}

/** The least that a TestResource has to have. */
export function testResource(as: string, more: JsonObject = {}): JsonObject {
  return {
    schemas: [TEST_RESOURCE, OWNERSHIP],
    name: nameOf(as),
    [OWNERSHIP]: { costCentre: '4100' },
    ...more,
  };
}

/** `{{as}}` is its id, `<as> {{n}}` its name. */
export function newTestResource(as: string, more: JsonObject = {}): Step {
  return post('/TestResources', testResource(as, more), { as });
}

export function testResourceIs(as: string, answers: Expected): Step {
  return get(`/TestResources/{{${as}}}`, { answers });
}

/** A value for each attribute that a client may set, as it is shown again. */
export const everything: JsonObject = {
  externalId: 'ext-{{n}}',
  code: 'C-{{n}}',
  tag: 'Blue',
  status: 'somewhere in between',
  enabled: false,
  weight: 12.75,
  quantity: -3,
  inspectedAt: '2026-02-28T23:59:59.5+01:00',
  manual: 'https://example.test/manual?page=1#a',
  image: 'TWFuIGFuZCBtYWNoaW5l',
  labels: ['red', 'heavy'],
  switches: [true, false],
  readings: [0.5, 1e3, -2],
  counts: [0, 2147483647, -2147483648],
  serviceDates: ['2026-01-01T00:00:00Z', '2027-01-01T00:00:00Z'],
  links: ['https://example.test/a', 'urn:example:b'],
  attachments: ['TWFu', 'TWE='],
  dimensions: { width: 1.5, height: 2, unit: 'metric' },
  custodians: [
    { value: 'u-1', display: 'Jo', type: 'owner', primary: true },
    { value: 'u-2', type: 'deputy', primary: false },
  ],
  partOf: { value: 't-1' },
};

export const everythingOfExtensions: JsonObject = {
  [OWNERSHIP]: {
    costCentre: '4100',
    assetNumber: 'A-{{n}}',
    boughtAt: '2020-05-01T00:00:00Z',
    price: 199.99,
  },
  [LOCATION]: {
    site: 'Oslo',
    floors: [1, 2],
    isOutdoors: false,
    position: { latitude: 59.91, longitude: 10.75 },
  },
};
