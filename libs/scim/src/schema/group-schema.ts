import { defineSchema, MEMBERS_MAX } from './define-schema.js';

export const GROUP_SCHEMA_URN = 'urn:ietf:params:scim:schemas:core:2.0:Group';

/**
 * The Group schema, RFC 7643 s4.2 and s8.7.1. `displayName` is required, as the text of s4.2 says and its JSON does
 * not; a member's `value` is required because a member without one is nobody.
 */
export const groupSchema = defineSchema({
  id: GROUP_SCHEMA_URN,
  name: 'Group',
  description: 'Group',
  attributes: [
    {
      name: 'displayName',
      description: 'The name shown for the group.',
      required: true,
      lengthBytesMax: 512,
    },
    {
      name: 'members',
      type: 'complex',
      multiValued: true,
      description: 'The members of the group.',
      valuesMax: MEMBERS_MAX,
      subAttributes: [
        {
          name: 'value',
          description: "The member's id.",
          required: true,
          caseExact: true,
          mutability: 'immutable',
          lengthBytesMax: 512,
        },
        {
          name: '$ref',
          type: 'reference',
          description: "The member's URI, made by the server.",
          referenceTypes: ['User', 'Group'],
          mutability: 'readOnly',
          announcedMutability: 'immutable',
        },
        {
          name: 'type',
          description: 'What the member is.',
          canonicalValues: ['User', 'Group'],
          mutability: 'immutable',
          lengthBytesMax: 512,
        },
        {
          name: 'display',
          description: "The member's name, where the server knows it.",
          mutability: 'immutable',
          announcedMutability: 'readOnly',
          lengthBytesMax: 512,
        },
      ],
    },
  ],
});
