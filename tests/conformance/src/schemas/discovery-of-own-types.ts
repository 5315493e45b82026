import { absent, including, noValues, textLike } from '../replay/expected-json.js';
import { get, post, remove, type ReplayCase } from '../replay/replay-case.js';
import { CORE, ENTERPRISE, GROUP, LIST } from '../replay/scim-names.js';
import { listOf, newUser, scimError } from '../replay/usual-steps.js';
import {
  CONTOSO_USER,
  LOCATION,
  OWNERSHIP,
  TEST_RESOURCE,
  newTestResource,
  ownTenant,
  testResource,
  testResourceIs,
} from './sample-registration.js';

const asNeighbour = { authorization: 'Bearer {{neighbourToken}}' };

const stranger = { status: 401, headers: { authorization: '' }, answers: scimError(401) };

const discovery: readonly ReplayCase[] = [
  {
    name: 'own schemas: every resource type of the tenant with its schemas (RFC 7643 6)',
    ...ownTenant,
    steps: [
      get('/ResourceTypes', {
        answers: {
          schemas: [LIST],
          totalResults: 3,
          Resources: [
            {
              id: 'User',
              schemaExtensions: [
                { schema: ENTERPRISE, required: false },
                { schema: CONTOSO_USER, required: false },
              ],
            },
            { id: 'Group', schemaExtensions: noValues },
            {
              schemas: ['urn:ietf:params:scim:schemas:core:2.0:ResourceType'],
              id: 'TestResource',
              name: 'TestResource',
              endpoint: '/TestResources',
              schema: TEST_RESOURCE,
              schemaExtensions: [
                { schema: OWNERSHIP, required: true },
                { schema: LOCATION, required: false },
              ],
              meta: { location: textLike(/\/ResourceTypes\/TestResource$/) },
            },
          ],
        },
      }),
      get('/ResourceTypes/TestResource', { answers: { endpoint: '/TestResources' } }),
    ],
  },
  {
    name: 'own schemas: every schema of the tenant with all that describes its attributes (RFC 7643 7)',
    ...ownTenant,
    steps: [
      get('/Schemas', {
        answers: {
          totalResults: 7,
          Resources: [CORE, GROUP, ENTERPRISE, TEST_RESOURCE, OWNERSHIP, LOCATION, CONTOSO_USER].map(
            (id) => ({
              id,
            }),
          ),
        },
      }),
      get(`/Schemas/${TEST_RESOURCE}`, {
        answers: {
          schemas: ['urn:ietf:params:scim:schemas:core:2.0:Schema'],
          attributes: including(
            { name: 'name', required: true, uniqueness: 'server', returned: 'always', caseExact: false },
            { name: 'code', mutability: 'immutable', caseExact: true },
            { name: 'checksum', mutability: 'readOnly' },
            { name: 'pin', mutability: 'writeOnly', returned: 'never' },
            { name: 'remarks', returned: 'request' },
            { name: 'status', canonicalValues: ['planned', 'active', 'retired'] },
            { name: 'image', type: 'binary', caseExact: true },
            { name: 'readings', type: 'decimal', multiValued: true },
            {
              name: 'partOf',
              type: 'complex',
              subAttributes: including({ name: '$ref', referenceTypes: ['TestResource'] }),
            },
          ),
          meta: { location: textLike(/\/Schemas\/urn:example:params:scim:schemas:core:2.0:TestResource$/) },
        },
      }),
      get(`/Schemas/${CONTOSO_USER}`, { answers: { id: CONTOSO_USER } }),
      get('/Schemas?filter=id+pr', { status: 403, answers: scimError(403) }),
    ],
  },
  {
    name: 'own schemas: an address knows its methods, and strangers learn nothing (RFC 7644 2, 3.2)',
    steps: [
      newTestResource('one'),
      remove('/TestResources', { status: 405, answers: scimError(405) }),
      post('/TestResources/{{one}}', testResource('x'), { status: 405, answers: scimError(405) }),
      get('/TestResources/.search', { status: [404, 405] }),
      get('/TestResources', stranger),
      get('/NoSuchType', stranger),
      get('/TestResources/{{one}}/more', { status: 404, answers: scimError(404) }),
      get('/TestResources/no-id', { status: 404, answers: scimError(404) }),
      get('/Users/{{one}}', { status: 404, answers: scimError(404) }),
      get('/Groups/{{one}}', { status: 404, answers: scimError(404) }),
    ],
  },
  {
    name: 'own schemas: another tenant has neither the type, nor the schemas, nor the extension',
    tenant: {},
    steps: [
      get('/TestResources', { status: 404, answers: scimError(404) }),
      post('/TestResources', testResource('one'), { status: 404, answers: scimError(404) }),
      post('/TestResources/.search', {}, { status: 404, answers: scimError(404) }),
      get('/ResourceTypes', { answers: { totalResults: 2 } }),
      get('/ResourceTypes/TestResource', { status: 404, answers: scimError(404) }),
      get('/Schemas', { answers: { totalResults: 3 } }),
      get(`/Schemas/${TEST_RESOURCE}`, { status: 404, answers: scimError(404) }),
      newUser('jo', { [CONTOSO_USER]: { level: 3 } }),
      get('/Users/{{jo}}', { answers: { schemas: [CORE], [CONTOSO_USER]: absent } }),
      get(`/Users?filter=${CONTOSO_USER}:level+gt+1`, {
        status: 400,
        answers: scimError(400, { scimType: 'invalidFilter' }),
      }),
    ],
  },
  {
    name: 'own schemas: a tenant with the same types has its own resources and its own unique values',
    ...ownTenant,
    neighbour: ownTenant.tenant,
    steps: [
      newTestResource('one'),
      get('/TestResources', { headers: asNeighbour, answers: { totalResults: 0 } }),
      get('/TestResources/{{one}}', { status: 404, headers: asNeighbour, answers: scimError(404) }),
      remove('/TestResources/{{one}}', { status: 404, headers: asNeighbour, answers: scimError(404) }),
      post('/TestResources', testResource('one', { tag: 'theirs' }), {
        headers: { ...asNeighbour, 'content-type': 'application/scim+json' },
        as: 'theirs',
      }),
      get('/TestResources', { answers: listOf({ id: '{{one}}', tag: absent }) }),
      testResourceIs('one', { meta: { version: 'W/"1"' } }),
    ],
  },
];

/** What a tenant with schemas of its own is told about them, and what others are not. */
export const ownSchemaDiscoveryCases: readonly ReplayCase[] = discovery;
