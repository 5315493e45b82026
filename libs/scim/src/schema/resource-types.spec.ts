import { describe, expect, it } from '@jest/globals';
import { defineSchema } from './define-schema.js';
import { enterpriseUserSchema } from './enterprise-user-schema.js';
import { groupSchema } from './group-schema.js';
import { defineResourceType } from './resource-type.js';
import { resourceTypesOf, standardResourceTypes } from './resource-types.js';
import { groupResourceType, userResourceType } from './standard-resource-types.js';
import { userSchema } from './user-schema.js';

const pass = defineSchema({ id: 'urn:example:2.0:Pass', name: 'Pass', attributes: [{ name: 'colour' }] });
const extra = defineSchema({ id: 'urn:example:2.0:Extra', name: 'Extra', attributes: [{ name: 'note' }] });
const passes = defineResourceType(
  {
    name: 'Pass',
    endpoint: '/Passes',
    schema: pass.id,
    schemaExtensions: [{ schema: extra.id }, { schema: enterpriseUserSchema.id }],
  },
  [pass, extra, enterpriseUserSchema],
);

describe('resource types', () => {
  it('are users and groups where nothing else is said', () => {
    expect(standardResourceTypes.all).toEqual([userResourceType, groupResourceType]);
    expect(standardResourceTypes.schemas).toEqual([userSchema, groupSchema, enterpriseUserSchema]);
  });

  it('come with users first, and each schema once, core schemas first', () => {
    const types = resourceTypesOf(userResourceType, groupResourceType, [passes]);
    expect(types.all.map(({ name }) => name)).toEqual(['User', 'Group', 'Pass']);
    expect(types.schemas.map(({ name }) => name)).toEqual([
      'User',
      'Group',
      'Pass',
      'EnterpriseUser',
      'Extra',
    ]);
    expect(Object.isFrozen(types) && Object.isFrozen(types.own) && Object.isFrozen(types.schemas)).toBe(true);
  });
});
