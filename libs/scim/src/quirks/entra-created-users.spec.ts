import { describe, expect, it } from '@jest/globals';
import { parseResource } from '../intake/parse-resource.js';
import { userResourceType } from '../schema/standard-resource-types.js';
import { plain } from '../testing/plain.js';

const CORE = 'urn:ietf:params:scim:schemas:core:2.0:User';
const ENT = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

const create = (body: object): unknown => plain(parseResource(userResourceType, body, 'create').document);

describe('a user Entra creates', () => {
  const body = {
    schemas: [CORE, ENT],
    externalId: 'jo',
    userName: 'jo@contoso.test',
    active: true,
    displayName: 'Jo Ng',
    title: 'Engineer',
    preferredLanguage: 'en',
    emails: [{ primary: true, type: 'work', value: 'jo@contoso.test' }],
    name: { formatted: 'Jo Ng', familyName: 'Ng', givenName: 'Jo' },
    addresses: [
      {
        primary: false,
        type: 'work',
        streetAddress: '1 Main',
        locality: 'Oslo',
        region: '03',
        postalCode: '0150',
        country: 'NO',
        formatted: 'HQ',
      },
    ],
    phoneNumbers: [
      { type: 'work', value: '555-0100' },
      { type: 'mobile', value: '555-0101' },
      { type: 'fax', value: '555-0102' },
    ],
    roles: [],
    meta: { resourceType: 'User' },
    [ENT]: { employeeNumber: '42', department: 'R&D' },
  };

  it('is read whole: meta and the empty roles go, no warning', () => {
    const { schemas: _schemas, roles: _roles, meta: _meta, ...rest } = body;
    const { document, warnings } = parseResource(userResourceType, body, 'create');
    expect(plain(document)).toEqual(rest);
    expect(warnings).toEqual([]);
  });

  it('comes out of its own document again', () => {
    const { document } = parseResource(userResourceType, body, 'create');
    expect(plain(parseResource(userResourceType, plain(document), 'replace').document)).toEqual(
      plain(document),
    );
  });

  it.each([
    ['active as text', { active: 'True' }, { active: true }],
    ['active as text', { active: 'False' }, { active: false }],
    [
      'null for what is absent',
      { title: null, emails: null, name: { givenName: null }, [ENT]: { manager: null } },
      {},
    ],
    ['null in a list', { emails: [null, { value: 'a@b.test' }, null] }, { emails: [{ value: 'a@b.test' }] }],
    [
      'the extension without its colon',
      { 'urn:ietf:params:scim:schemas:extension:enterprise:2.0User': { department: 'D' } },
      { [ENT]: { department: 'D' } },
    ],
    [
      'the extension in capitals, Postman',
      { [ENT.toUpperCase()]: { Department: 'D', Manager: { Value: 'u-9' } } },
      { [ENT]: { department: 'D', manager: { value: 'u-9' } } },
    ],
    ['manager as a bare id', { [ENT]: { manager: 'u-9' } }, { [ENT]: { manager: { value: 'u-9' } } }],
    [
      'manager as an object',
      { [ENT]: { manager: { value: 'u-9', $ref: 'x', displayName: 'Boss' } } },
      { [ENT]: { manager: { value: 'u-9' } } },
    ],
    [
      'manager as a list of one',
      { [ENT]: { manager: [{ $ref: 'https://x.test/Users/u-9', value: 'u-9' }] } },
      { [ENT]: { manager: { value: 'u-9' } } },
    ],
    [
      'roles, primary as text',
      { roles: [{ primary: 'True', display: 'A', value: 'Admin', type: 'W' }] },
      { roles: [{ primary: true, display: 'A', value: 'Admin', type: 'W' }] },
    ],
    [
      'roles as JSON text',
      { roles: [{ value: '{"id":"1","value":"25","displayName":"Role1100"}' }] },
      { roles: [{ value: '25', display: 'Role1100' }] },
    ],
    [
      'roles as JSON text beside a label',
      { roles: [{ display: 'Own', value: '{"value":"25","displayName":"Role1100"}' }] },
      { roles: [{ value: '25', display: 'Own' }] },
    ],
    [
      'roles as several JSON texts',
      { roles: [{ primary: false, value: '{"value":"a"}' }, { VALUE: '{"value":"b"}' }] },
      { roles: [{ primary: false, value: 'a' }, { value: 'b' }] },
    ],
    [
      'a role that merely looks like JSON',
      { roles: [{ value: '{x' }, { value: '{"a":1}' }] },
      { roles: [{ value: '{x' }, { value: '{"a":1}' }] },
    ],
  ])('%s', (_name, more, expected) => {
    expect(create({ schemas: [CORE], userName: 'jo', ...more })).toEqual({ userName: 'jo', ...expected });
  });

  it('may carry a generated password, which is dropped', () => {
    const { document, warnings } = parseResource(
      userResourceType,
      { schemas: [CORE], userName: 'jo', password: 's3cret' },
      'create',
    );
    expect(plain(document)).toEqual({ userName: 'jo' });
    expect(warnings).toEqual([{ kind: 'secretDropped', path: 'password' }]);
  });
});
