import { type AttributeDefinition } from './attribute-definition.js';
import { defineSchema } from './define-schema.js';

/** The attributes every resource has, RFC 7643 s3.1, in the form of a schema that no discovery endpoint shows. */
const common = defineSchema({
  id: 'urn:ietf:params:scim:schemas:core:2.0:Common',
  name: 'Common',
  attributes: [
    {
      name: 'schemas',
      type: 'reference',
      multiValued: true,
      caseExact: true,
      mutability: 'readOnly',
      returned: 'always',
    },
    {
      name: 'id',
      caseExact: true,
      mutability: 'readOnly',
      returned: 'always',
      uniqueness: 'server',
    },
    { name: 'externalId', caseExact: true, lengthBytesMax: 512 },
    {
      name: 'meta',
      type: 'complex',
      mutability: 'readOnly',
      subAttributes: [
        { name: 'resourceType', caseExact: true, mutability: 'readOnly' },
        { name: 'created', type: 'dateTime', mutability: 'readOnly' },
        { name: 'lastModified', type: 'dateTime', mutability: 'readOnly' },
        { name: 'location', type: 'reference', referenceTypes: ['uri'], mutability: 'readOnly' },
        { name: 'version', caseExact: true, mutability: 'readOnly' },
      ],
    },
  ],
});

export const COMMON_ATTRIBUTES: readonly AttributeDefinition[] = common.attributes.list;
