import { enterpriseUserSchema } from './enterprise-user-schema.js';
import { groupSchema } from './group-schema.js';
import { defineResourceType } from './resource-type.js';
import { userSchema } from './user-schema.js';

/** Users, with the Enterprise User extension (RFC 7643 s8.6). */
export const userResourceType = defineResourceType(
  {
    name: 'User',
    description: 'User Account',
    endpoint: '/Users',
    schema: userSchema.id,
    schemaExtensions: [{ schema: enterpriseUserSchema.id, required: false }],
  },
  [userSchema, enterpriseUserSchema],
);

/** Groups (RFC 7643 s8.6). */
export const groupResourceType = defineResourceType(
  { name: 'Group', description: 'Group', endpoint: '/Groups', schema: groupSchema.id },
  [groupSchema],
);
