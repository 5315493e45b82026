import { defineSchema } from './define-schema.js';

export const USER_SCHEMA_URN = 'urn:ietf:params:scim:schemas:core:2.0:User';

const display = { name: 'display', description: 'A label for people to read.' };
const primary = {
  name: 'primary',
  type: 'boolean',
  description: 'Marks the preferred value; at most one value of the attribute has it.',
};
const type = (...canonicalValues: string[]): object => ({
  name: 'type',
  description: 'What the value is for.',
  canonicalValues,
});
const text = (name: string, description: string): object => ({ name, description });

const multiValued = (name: string, description: string, ...subAttributes: object[]): object => ({
  name,
  type: 'complex',
  multiValued: true,
  description,
  subAttributes,
});

/**
 * The User schema, RFC 7643 s4.1 and s8.7.1. Two additions, both seen from real connectors: `addresses.primary`, which
 * the JSON of s8.7.1 leaves out though s2.4 gives it to every multi-valued attribute, and byte limits.
 */
export const userSchema = defineSchema({
  id: USER_SCHEMA_URN,
  name: 'User',
  description: 'User Account',
  attributes: [
    {
      name: 'userName',
      description: 'The name the user signs in with, unique among the users of the tenant.',
      required: true,
      uniqueness: 'server',
    },
    {
      name: 'name',
      type: 'complex',
      description: "The parts of the user's name.",
      subAttributes: [
        text('formatted', 'The whole name as it is shown.'),
        text('familyName', 'The family name.'),
        text('givenName', 'The given name.'),
        text('middleName', 'The middle names.'),
        text('honorificPrefix', 'What precedes the name, such as a title.'),
        text('honorificSuffix', 'What follows the name.'),
      ],
    },
    { ...text('displayName', 'The name shown for the user.'), lengthBytesMax: 512 },
    text('nickName', 'What the user is casually called.'),
    { ...text('profileUrl', 'A page about the user.'), type: 'reference', referenceTypes: ['external'] },
    text('title', "The user's title in the organisation."),
    text('userType', "The user's relation to the organisation."),
    text('preferredLanguage', 'The preferred language, as in an Accept-Language header.'),
    text('locale', 'The locale for dates, numbers and currency.'),
    text('timezone', 'The time zone, by its name in the IANA database.'),
    { name: 'active', type: 'boolean', description: 'Whether the user may use the application.' },
    {
      name: 'password',
      description: 'Never stored here and never returned.',
      mutability: 'writeOnly',
      returned: 'never',
    },
    multiValued(
      'emails',
      'E-mail addresses.',
      // Looked up by an index, whose rows are bounded; RFC 5321 allows an address 254 bytes.
      { name: 'value', description: 'The address.', lengthBytesMax: 512 },
      display,
      { ...type('work', 'home', 'other'), lengthBytesMax: 512 },
      primary,
    ),
    multiValued(
      'phoneNumbers',
      'Telephone numbers, kept as they were sent.',
      text('value', 'The number.'),
      display,
      type('work', 'home', 'mobile', 'fax', 'pager', 'other'),
      primary,
    ),
    multiValued(
      'ims',
      'Instant messaging addresses.',
      text('value', 'The address.'),
      display,
      type('aim', 'gtalk', 'icq', 'xmpp', 'msn', 'skype', 'qq', 'yahoo'),
      primary,
    ),
    multiValued(
      'photos',
      'Pictures of the user, by URL.',
      { ...text('value', 'The URL.'), type: 'reference', referenceTypes: ['external'] },
      display,
      type('photo', 'thumbnail'),
      primary,
    ),
    multiValued(
      'addresses',
      'Postal addresses.',
      text('formatted', 'The whole address as it is shown.'),
      text('streetAddress', 'Street and house.'),
      text('locality', 'City.'),
      text('region', 'State or region.'),
      text('postalCode', 'Postal code.'),
      text('country', 'Country.'),
      type('work', 'home', 'other'),
      primary,
    ),
    {
      name: 'groups',
      type: 'complex',
      multiValued: true,
      description: 'The groups the user is a member of; changed through the groups.',
      mutability: 'readOnly',
      subAttributes: [
        { ...text('value', "The group's id."), mutability: 'readOnly', caseExact: true },
        {
          name: '$ref',
          type: 'reference',
          description: "The group's URI.",
          referenceTypes: ['User', 'Group'],
          mutability: 'readOnly',
        },
        { ...display, mutability: 'readOnly' },
        { ...type('direct', 'indirect'), mutability: 'readOnly' },
      ],
    },
    multiValued(
      'entitlements',
      'What the user is entitled to.',
      text('value', 'The entitlement.'),
      display,
      type(),
      primary,
    ),
    multiValued(
      'roles',
      'What the user is in the application.',
      text('value', 'The role.'),
      display,
      type(),
      primary,
    ),
    multiValued(
      'x509Certificates',
      'Certificates of the user.',
      { ...text('value', 'The certificate, DER in base64.'), type: 'binary' },
      display,
      type(),
      primary,
    ),
  ],
});
