import { including, someInteger, textLike } from '../replay/expected-json.js';
import { get, patch, post, remove, type ReplayCase } from '../replay/replay-case.js';
import { CORE, ENTERPRISE, GROUP, LIST, MICROSOFT_GROUP } from '../replay/scim-names.js';
import { newUser, nothingFound, scimError, userIs } from '../replay/usual-steps.js';

const GUID = 'c7e0a4f2-2f4e-4d0e-9a3c-6a4b1f0f7b11';
const noUser = `/Users?filter=userName+eq+%22${GUID}%22`;

const testConnection: readonly ReplayCase[] = [
  { name: 'test connection: a user that nobody is', steps: [get(noUser, { answers: nothingFound })] },
  {
    name: 'test connection: by externalId, as older jobs do',
    steps: [get(`/Users?filter=externalId+eq+%22${GUID}%22`, { answers: nothingFound })],
  },
  {
    name: 'test connection: a group that nobody is',
    steps: [
      get(`/Groups?excludedAttributes=members&filter=displayName+eq+%22${GUID}%22`, {
        answers: nothingFound,
      }),
    ],
  },
  {
    name: 'test connection: a GUID has no domain and is looked for all the same',
    tenant: { domains: ['contoso.com'] },
    steps: [get(noUser, { answers: nothingFound })],
  },
  {
    name: 'test connection: a page of one, as other directions ask',
    steps: [
      newUser('jo'),
      get('/Users?count=1', {
        answers: { schemas: [LIST], totalResults: someInteger, itemsPerPage: 1, startIndex: 1 },
      }),
    ],
  },
  {
    name: 'a wrong token is 401 with a challenge',
    steps: [
      get(noUser, {
        headers: { authorization: 'Bearer mst_wrong' },
        status: 401,
        answers: scimError(401, { detail: textLike(/./) }),
        answersHeaders: { 'www-authenticate': textLike(/^Bearer /) },
      }),
    ],
  },
  {
    name: 'no token is 401 with a challenge',
    steps: [
      get(noUser, {
        headers: { authorization: '' },
        status: 401,
        answers: scimError(401),
        answersHeaders: { 'www-authenticate': textLike(/^Bearer /) },
      }),
    ],
  },
  {
    name: 'a domain that is not registered is refused for writes, in words for an administrator',
    tenant: { domains: ['contoso.com'] },
    steps: [
      post(
        '/Users',
        { schemas: [CORE], userName: 'jo@elsewhere.example' },
        {
          status: 400,
          answers: scimError(400, {
            scimType: 'invalidValue',
            detail: textLike(/domain.*elsewhere\.example|elsewhere\.example.*domain/i),
          }),
        },
      ),
      newUser('jo'),
      patch('/Users/{{jo}}', [{ op: 'Replace', path: 'userName', value: 'jo@elsewhere.example' }], {
        status: 400,
      }),
      userIs('jo', { userName: 'jo.{{n}}@contoso.com' }),
    ],
  },
];

const headersAndUrls: readonly ReplayCase[] = [
  {
    name: 'a GET with any Accept, or the older marker header',
    steps: [
      get(noUser, { headers: { accept: '*/*' } }),
      get(noUser, { headers: { accept: 'application/json' } }),
      get(noUser, { headers: { accept: 'application/scim+json, application/json;q=0.8' } }),
      get(noUser, { headers: { accept: 'text/html' } }),
      get(noUser, { headers: { adscimversion: '5.0' } }),
    ],
  },
  {
    name: 'a body as application/scim+json or application/json, with a charset or without',
    steps: [
      ...[
        'application/scim+json',
        'application/scim+json; charset=utf-8',
        'application/json',
        'application/json; charset=UTF-8',
      ].map((contentType, position) =>
        post(
          '/Users',
          { schemas: [CORE], userName: `jo${position}.{{n}}@contoso.com` },
          { headers: { 'content-type': contentType } },
        ),
      ),
      post(
        '/Users',
        { schemas: [CORE], userName: 'jo9.{{n}}@contoso.com' },
        { status: 415, headers: { 'content-type': 'text/plain' } },
      ),
    ],
  },
  {
    name: 'slashes doubled or at the end, and parameters that nobody knows',
    steps: [
      newUser('jo'),
      get('//Users/{{jo}}'),
      get('/Users/{{jo}}/'),
      get('/Users/?filter=userName+eq+%22jo.{{n}}%40contoso.com%22', { answers: { totalResults: 1 } }),
      get('/Users/{{jo}}?api-version=1.0&tenant=x'),
      remove('/Users/{{jo}}/?x=y'),
    ],
  },
  {
    name: 'a token that was pasted with the word Bearer',
    steps: [get(noUser, { headers: { authorization: 'Bearer Bearer {{token}}' }, answers: nothingFound })],
  },
];

const discovery: readonly ReplayCase[] = [
  {
    name: 'discovery: the schemas of users, groups and the enterprise extension',
    steps: [
      get('/Schemas', {
        answers: {
          schemas: [LIST],
          totalResults: someInteger,
          Resources: including(
            {
              id: CORE,
              name: 'User',
              attributes: including({
                name: 'userName',
                type: 'string',
                mutability: 'readWrite',
                uniqueness: 'server',
              }),
            },
            { id: GROUP, attributes: including({ name: 'members', multiValued: true }) },
            { id: ENTERPRISE, attributes: including({ name: 'manager', type: 'complex' }) },
          ),
        },
      }),
      get(`/Schemas/${CORE}`, {
        answers: { id: CORE, meta: { resourceType: 'Schema', location: textLike(/\/Schemas\//) } },
      }),
      get(`/Schemas/${ENTERPRISE}`, { answers: { id: ENTERPRISE } }),
    ],
  },
  {
    name: 'discovery: resource types, users first',
    steps: [
      get('/ResourceTypes', {
        answers: {
          schemas: [LIST],
          Resources: including(
            { id: 'User', endpoint: '/Users', schema: CORE },
            { id: 'Group', endpoint: '/Groups', schema: GROUP },
          ),
        },
      }),
      get('/ResourceTypes/User', {
        answers: { id: 'User', schemaExtensions: including({ schema: ENTERPRISE, required: false }) },
      }),
    ],
  },
  {
    name: 'discovery: what the service offers',
    steps: [
      get('/ServiceProviderConfig', {
        answers: {
          patch: { supported: true },
          filter: { supported: true, maxResults: someInteger },
          authenticationSchemes: including({ type: 'oauthbearertoken' }),
        },
      }),
    ],
  },
  {
    name: 'a schema that only Microsoft knows is no reason to refuse',
    steps: [post('/Groups', { schemas: [GROUP, MICROSOFT_GROUP], displayName: 'Eng {{n}}' })],
  },
];

export const connectingCases: readonly ReplayCase[] = [...testConnection, ...headersAndUrls, ...discovery];
