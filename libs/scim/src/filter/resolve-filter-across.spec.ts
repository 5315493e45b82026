import { describe, expect, it } from '@jest/globals';
import { groupResourceType, userResourceType } from '../schema/standard-resource-types.js';
import { defineTenantSchemas } from '../schema/tenant-schemas.js';
import { matchesFilter } from './matches-filter.js';
import { parseFilter } from './parse-filter.js';
import { resolveFilterAcross, type FilterForType } from './resolve-filter-across.js';

const types = [userResourceType, groupResourceType];
const rita = { userName: 'rita@example.com', displayName: 'Rita', meta: { resourceType: 'User' } };
const sales = { displayName: 'Sales', members: [{ value: 'm-1' }], meta: { resourceType: 'Group' } };

const matches = (filter: FilterForType | undefined, document: object): boolean => {
  if (filter === undefined) throw new Error('a type has no filter');
  return filter === 'everything' || (filter !== 'nothing' && matchesFilter(filter, document as never));
};

describe('resolveFilterAcross', () => {
  // filter | matches rita | matches sales
  it.each([
    ['displayName eq "rita"', true, false],
    ['displayName pr', true, true],
    ['userName eq "rita@example.com"', true, false],
    ['not (userName eq "nobody")', true, false],
    ['userName ne "nobody"', true, false],
    ['members.value eq "m-1"', false, true],
    ['userName sw "rita" or displayName eq "sales"', true, true],
    ['userName sw "rita" and displayName pr', true, false],
    ['not (userName eq "nobody" and displayName eq "sales")', true, false],
    ['not (userName eq "nobody" and displayName eq "others")', true, true],
    ['not (userName eq "nobody" or displayName eq "others")', true, false],
    ['meta.resourceType eq "User"', true, false],
    ['meta.resourceType ne "User"', false, true],
    ['META.resourcetype eq "Group" and displayName co "a"', false, true],
    ['meta.resourceType eq "Role"', false, false],
    ['meta.resourceType pr', true, true],
    ['not (meta.resourceType eq "User") or userName pr', true, true],
    ['emails[type eq "work"] or members pr', false, true],
  ])('%s', (text, matchesRita, matchesSales) => {
    const [forUsers, forGroups] = resolveFilterAcross(parseFilter(text), types);
    expect([matches(forUsers, rita), matches(forGroups, sales)]).toEqual([matchesRita, matchesSales]);
  });

  it('decides what can be decided without looking', () => {
    const across = (text: string) => resolveFilterAcross(parseFilter(text), types);
    expect(across('meta.resourceType eq "User"')).toEqual(['everything', 'nothing']);
    expect(across('userName pr or displayName pr')[1]).toMatchObject({ kind: 'present' });
    expect(across('userName pr and displayName pr')[1]).toBe('nothing');
  });

  it.each([
    ['colour eq "red"'],
    ['not (colour eq "red") or displayName pr'],
    ['emails.colour pr'],
    ['active gt true'],
    ['emails[colour eq "red"]'],
  ])('refuses %s', (text) => {
    expect(() => resolveFilterAcross(parseFilter(text), types)).toThrow(
      expect.objectContaining({ status: 400, scimType: 'invalidFilter' }),
    );
  });

  it('takes what a type has no meaning for as what it does not have', () => {
    const { all } = defineTenantSchemas({
      schemas: [
        {
          id: 'urn:example:2.0:Meter',
          name: 'Meter',
          attributes: [
            { name: 'active', type: 'integer' },
            { name: 'displayName', returned: 'never' },
          ],
        },
      ],
      resourceTypes: [{ name: 'Meter', endpoint: '/Meters', schema: 'urn:example:2.0:Meter' }],
    });
    const across = (text: string) => resolveFilterAcross(parseFilter(text), all);
    expect(across('active eq true')).toEqual([
      expect.objectContaining({ value: true }),
      'nothing',
      'nothing',
    ]);
    expect(across('not (active gt 5)')).toEqual([
      'nothing',
      'nothing',
      expect.objectContaining({ kind: 'not' }),
    ]);
    expect(() => across('active eq "soon"')).toThrow(expect.objectContaining({ scimType: 'invalidFilter' }));
    expect(() => across('displayName eq "x"')).toThrow(expect.objectContaining({ scimType: 'sensitive' }));
  });
});
