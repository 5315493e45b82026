import { absent, including, someInteger, someText, textLike } from '../replay/expected-json.js';
import {
  get,
  patch,
  post,
  put,
  remove,
  type Method,
  type ReplayCase,
  type Step,
} from '../replay/replay-case.js';
import { CORE, ENTERPRISE, GROUP, LIST } from '../replay/scim-names.js';
import { scimError } from '../replay/usual-steps.js';

const asIs = { status: 405, answers: scimError(405), answersHeaders: { allow: someText } };

function unasked(method: Method, path: string): Step {
  switch (method) {
    case 'GET':
      return get(path, asIs);
    case 'POST':
      return post(path, {}, asIs);
    case 'PUT':
      return put(path, {}, asIs);
    case 'PATCH':
      return patch(path, [], asIs);
    case 'DELETE':
      return remove(path, asIs);
  }
}

const anonymous = {
  headers: { authorization: '' },
  status: 401,
  answers: scimError(401),
  answersHeaders: { 'www-authenticate': textLike(/^Bearer/) },
};

export const serviceCases: readonly ReplayCase[] = [
  {
    name: 'service: nothing is told to strangers (RFC 7644 2, 7.4)',
    steps: [
      get('/Users', anonymous),
      get('/Users/x', anonymous),
      get('/ServiceProviderConfig', anonymous),
      post('/Users', { schemas: [CORE], userName: 'x' }, anonymous),
      get('/Users', { ...anonymous, headers: { authorization: 'Basic eDp5' } }),
      get('/Users?access_token={{token}}', anonymous),
    ],
  },
  {
    name: 'service: a method that an address does not know is 405 and says which it knows',
    steps: (
      [
        ['PUT', '/Users'],
        ['PATCH', '/Users'],
        ['DELETE', '/Users'],
        ['POST', '/Users/x'],
        ['POST', '/Schemas'],
        ['DELETE', '/ServiceProviderConfig'],
        ['PATCH', '/ResourceTypes'],
        ['GET', '/Bulk'],
      ] as const
    ).map(([method, path]) => unasked(method, path)),
  },
  {
    name: 'service: an address where nothing is, is 404 with a SCIM error',
    steps: [
      get('/Nothing', { status: 404, answers: scimError(404, { detail: someText }) }),
      get('/Schemas/urn:nosuch', { status: 404, answers: scimError(404) }),
      get('/ResourceTypes/Nosuch', { status: 404, answers: scimError(404) }),
    ],
  },
  {
    name: 'service: an error has its schema, its status as text and words (RFC 7644 3.12)',
    steps: [
      post('/Users', 'no json', {
        status: 400,
        answers: scimError(400, { scimType: 'invalidSyntax', detail: someText }),
      }),
      get('/Users/x', { status: 404, answers: scimError(404, { detail: someText, scimType: absent }) }),
    ],
  },
  {
    name: 'service: a body that is too large is 413, one of an unknown kind 415 (RFC 7644 3.12)',
    steps: [
      post(
        '/Users',
        { schemas: [CORE], userName: 'x.{{n}}', displayName: 'x'.repeat(1_100_000) },
        { status: 413, answers: scimError(413) },
      ),
      post('/Users', 'userName=x', {
        status: 415,
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        answers: scimError(415),
      }),
    ],
  },
  {
    name: 'discovery: the configuration says what is offered (RFC 7643 5)',
    steps: [
      get('/ServiceProviderConfig', {
        answers: {
          schemas: ['urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig'],
          patch: { supported: true },
          bulk: { maxOperations: someInteger, maxPayloadSize: someInteger },
          filter: { supported: true, maxResults: someInteger },
          changePassword: { supported: false },
          sort: { supported: true },
          etag: { supported: true },
          authenticationSchemes: including({
            type: 'oauthbearertoken',
            name: someText,
            description: someText,
          }),
          // Published clients refuse the whole configuration for an attribute that they do not know.
          securityEvents: absent,
          meta: { resourceType: 'ServiceProviderConfig', location: textLike(/\/ServiceProviderConfig$/) },
        },
      }),
    ],
  },
  {
    name: 'discovery: the configuration says how lists are paged (RFC 9865)',
    steps: [
      get('/ServiceProviderConfig', {
        answers: {
          pagination: {
            cursor: true,
            index: true,
            defaultPaginationMethod: 'index',
            defaultPageSize: someInteger,
            maxPageSize: someInteger,
            cursorTimeout: someInteger,
          },
        },
      }),
    ],
  },
  {
    name: 'discovery: the configuration names the events where the tenant wants it (RFC 9967)',
    tenant: { settings: { configNamesEvents: true } },
    steps: [
      get('/ServiceProviderConfig', {
        answers: {
          securityEvents: {
            asyncRequest: 'none',
            eventUris: [
              'urn:ietf:params:scim:event:prov:activate',
              'urn:ietf:params:scim:event:prov:create:full',
              'urn:ietf:params:scim:event:prov:deactivate',
              'urn:ietf:params:scim:event:prov:delete',
              'urn:ietf:params:scim:event:prov:put:full',
            ],
          },
        },
      }),
    ],
  },
  {
    name: 'discovery: every resource type with its schemas (RFC 7643 6)',
    steps: [
      get('/ResourceTypes', {
        answers: {
          schemas: [LIST],
          totalResults: 2,
          Resources: [
            {
              schemas: ['urn:ietf:params:scim:schemas:core:2.0:ResourceType'],
              id: 'User',
              name: 'User',
              endpoint: '/Users',
              schema: CORE,
              schemaExtensions: [{ schema: ENTERPRISE, required: false }],
              meta: { resourceType: 'ResourceType', location: textLike(/\/ResourceTypes\/User$/) },
            },
            {
              id: 'Group',
              endpoint: '/Groups',
              schema: GROUP,
              meta: { location: textLike(/\/ResourceTypes\/Group$/) },
            },
          ],
        },
      }),
    ],
  },
  {
    name: 'discovery: every schema with all that describes its attributes (RFC 7643 7)',
    steps: [
      get('/Schemas', {
        answers: {
          schemas: [LIST],
          totalResults: 3,
          Resources: [{ id: CORE }, { id: GROUP }, { id: ENTERPRISE }],
        },
      }),
      get(`/Schemas/${CORE}`, {
        answers: {
          schemas: ['urn:ietf:params:scim:schemas:core:2.0:Schema'],
          attributes: including(
            {
              name: 'userName',
              type: 'string',
              multiValued: false,
              required: true,
              caseExact: false,
              mutability: 'readWrite',
              returned: 'default',
              uniqueness: 'server',
            },
            { name: 'password', mutability: 'writeOnly', returned: 'never' },
            {
              name: 'groups',
              mutability: 'readOnly',
              multiValued: true,
              subAttributes: including({
                name: '$ref',
                type: 'reference',
                referenceTypes: including('Group'),
              }),
            },
          ),
        },
      }),
    ],
  },
  {
    name: 'discovery: a filter is 403, other parameters are passed over (RFC 7644 4)',
    steps: [
      get('/Schemas?filter=id+pr', { status: 403, answers: scimError(403) }),
      get('/ResourceTypes?filter=id+pr', { status: 403, answers: scimError(403) }),
      get('/Schemas?sortBy=id&startIndex=2&count=1&attributes=id', { answers: { totalResults: 3 } }),
      get('/ServiceProviderConfig?x=y'),
    ],
  },
];
