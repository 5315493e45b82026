import { type JsonObject } from '../replay/json.js';
import { CORE, ENTERPRISE } from '../replay/scim-names.js';

/** A user with everything that Entra's default mapping fills. */
export const sampleUser: JsonObject = {
  schemas: [CORE, ENTERPRISE],
  externalId: 'jo-{{n}}',
  userName: 'jo.{{n}}@contoso.com',
  active: true,
  displayName: 'Jo Berg',
  title: 'Engineer',
  preferredLanguage: 'en',
  emails: [{ primary: true, type: 'work', value: 'jo.{{n}}@contoso.com' }],
  name: { formatted: 'Jo Berg', familyName: 'Berg', givenName: 'Jo' },
  addresses: [
    {
      primary: false,
      type: 'work',
      streetAddress: '4 Quay',
      locality: 'Tromso',
      region: '55',
      postalCode: '9008',
      country: 'NO',
      formatted: 'North',
    },
  ],
  phoneNumbers: [
    { type: 'work', value: '555-0110' },
    { type: 'mobile', value: '555-0111' },
    { type: 'fax', value: '555-0112' },
  ],
  [ENTERPRISE]: { employeeNumber: '77', department: 'R&D' },
};
