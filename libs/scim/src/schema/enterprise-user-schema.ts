import { defineSchema } from './define-schema.js';

export const ENTERPRISE_USER_SCHEMA_URN = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

/** The Enterprise User extension, RFC 7643 s4.3 and s8.7.1. The server makes `manager.$ref` from `manager.value`. */
export const enterpriseUserSchema = defineSchema({
  id: ENTERPRISE_USER_SCHEMA_URN,
  name: 'EnterpriseUser',
  description: 'Enterprise User',
  attributes: [
    { name: 'employeeNumber', description: 'The number the organisation gave the user.' },
    { name: 'costCenter', description: 'The cost centre.' },
    { name: 'organization', description: 'The organisation.' },
    { name: 'division', description: 'The division.' },
    { name: 'department', description: 'The department.' },
    {
      name: 'manager',
      type: 'complex',
      description: "The user's manager.",
      subAttributes: [
        { name: 'value', description: "The manager's id.", caseExact: true, lengthBytesMax: 512 },
        {
          name: '$ref',
          type: 'reference',
          description: "The manager's URI, made by the server.",
          referenceTypes: ['User'],
          mutability: 'readOnly',
          announcedMutability: 'readWrite',
        },
        { name: 'displayName', description: "The manager's name.", mutability: 'readOnly' },
      ],
    },
  ],
});
