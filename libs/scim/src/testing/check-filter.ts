import { expect } from '@jest/globals';
import { documentFromJson } from '../document/document-from-json.js';
import { type ScimDocument } from '../document/scim-document.js';
import { filterFromJson } from '../filter/filter-from-json.js';
import { matchesFilter } from '../filter/matches-filter.js';
import { parseFilter } from '../filter/parse-filter.js';
import { printFilter } from '../filter/print-filter.js';
import { resolveFilter } from '../filter/resolve-filter.js';
import { ENTERPRISE_USER_SCHEMA_URN } from '../schema/enterprise-user-schema.js';
import { type ResourceType } from '../schema/resource-type.js';
import { groupResourceType, userResourceType } from '../schema/standard-resource-types.js';
import { refusalOf } from './plain.js';

/** A filter, and the names of the sample resources it selects or the scimType it is refused with. */
export interface FilterRow {
  /** Where the behaviour is written down. */
  readonly cite: string;
  readonly filter: string;
  readonly selects?: readonly (keyof typeof SAMPLES)[];
  readonly refused?: 'invalidFilter' | 'sensitive';
}

const meta = (created: string): object => ({
  resourceType: 'User',
  created,
  lastModified: created,
  location: 'https://scim.example.test/Users/x',
  version: 'W/"1"',
});

/** Users `ada`, `bob`, `cy` and the group `eng`. */
export const SAMPLES = {
  ada: documentFromJson({
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
    id: 'u-1',
    externalId: 'Ada.1',
    meta: meta('2011-05-13T04:42:34Z'),
    userName: 'Ada@Example.test',
    displayName: 'Ada Lovelace',
    title: 'Countess',
    active: true,
    name: { givenName: 'Ada', familyName: 'Lovelace' },
    emails: [
      { type: 'work', value: 'ada@work.test', primary: true },
      { type: 'home', value: 'ada@home.test', display: 'private' },
    ],
    roles: [{ value: 'Admin', primary: true }],
    [ENTERPRISE_USER_SCHEMA_URN]: { department: 'Sums', manager: { value: 'u-9' } },
  }),
  bob: documentFromJson({
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
    id: 'u-2',
    externalId: '007',
    meta: meta('2012-05-13T04:42:34.500Z'),
    userName: 'bob',
    active: false,
    name: { givenName: 'Bob', familyName: 'O"Neil \\ Sons' },
    emails: [{ type: 'home', value: 'ada@work.test' }],
    [ENTERPRISE_USER_SCHEMA_URN]: { department: 'Deeds', employeeNumber: '1.50' },
  }),
  cy: documentFromJson({
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
    id: 'u-3',
    meta: meta('2013-05-13T06:42:34+02:00'),
    userName: 'ﬁnn',
    title: 'Zoë',
  }),
  eng: documentFromJson({
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'],
    id: 'g-1',
    meta: meta('2011-05-13T04:42:34Z'),
    displayName: 'Engineering',
    members: [{ value: 'u-1', type: 'User' }, { value: 'u-2' }],
  }),
} satisfies Record<string, ScimDocument>;

/** Runs a row the way a request takes: parsed, sent as JSON, parsed again, resolved, evaluated. */
export function checkFilter(row: FilterRow, resourceType: ResourceType = userResourceType): void {
  const resolved = (): ReturnType<typeof resolveFilter> => {
    const parsed = parseFilter(row.filter);
    const received = filterFromJson(JSON.parse(JSON.stringify(parsed)));
    expect(received).toEqual(parsed);
    expect(parseFilter(printFilter(parsed))).toEqual(parsed);
    return resolveFilter(received, resourceType);
  };
  if (row.refused !== undefined) {
    expect(refusalOf(resolved)).toEqual({
      status: row.refused === 'sensitive' ? 403 : 400,
      scimType: row.refused,
    });
    return;
  }
  const filter = resolved();
  const isOfType = (name: string): boolean => (name === 'eng') === (resourceType === groupResourceType);
  const selected = Object.entries(SAMPLES).filter(
    ([name, sample]) => isOfType(name) && matchesFilter(filter, sample),
  );
  expect(selected.map(([name]) => name)).toEqual(row.selects);
}
