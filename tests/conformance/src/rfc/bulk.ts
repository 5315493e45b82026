import {
  absent,
  inOrder,
  noValues,
  someInteger,
  someText,
  textLike,
  type Expected,
} from '../replay/expected-json.js';
import { type Json } from '../replay/json.js';
import { get, post, type ReplayCase, type Step } from '../replay/replay-case.js';
import { CORE, ENTERPRISE, ERROR, GROUP } from '../replay/scim-names.js';
import { groupIs, newGroup, newUser, scimError, userIs } from '../replay/usual-steps.js';

const REQUEST = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';
const RESPONSE = 'urn:ietf:params:scim:api:messages:2.0:BulkResponse';

interface BulkOptions {
  readonly failOnErrors?: number;
}

/** One bulk request, and what of each operation has to come back, in order. */
function bulk(operations: readonly Json[], results: readonly Expected[], options: BulkOptions = {}): Step {
  const body = { schemas: [REQUEST], ...options, Operations: operations };
  return post('/Bulk', body, {
    status: 200,
    answers: { schemas: [RESPONSE], Operations: inOrder(...results) },
  });
}

function newUserOperation(bulkId: string, more: object = {}): Json {
  const data = { schemas: [CORE], userName: `${bulkId}.{{n}}@contoso.com`, ...more };
  return { method: 'POST', path: '/Users', bulkId, data: data };
}

function created(bulkId: string): Expected {
  return {
    method: 'POST',
    bulkId,
    status: '201',
    location: textLike(/\/(Users|Groups)\/[\w-]+$/),
    version: 'W/"1"',
  };
}

function refused(status: number, more: object = {}): Expected {
  return {
    status: String(status),
    response: { schemas: [ERROR], status: String(status), detail: someText },
    ...more,
  };
}

const byName = (kind: 'Users' | 'Groups', filter: string, answers: Expected): Step =>
  get(`/${kind}?filter=${filter}`, { answers });

export const bulkCases: readonly ReplayCase[] = [
  {
    name: 'bulk: several kinds and methods in one request (RFC 7644 3.7)',
    steps: [
      newUser('jo', { title: 'Engineer' }),
      newUser('eve'),
      newUser('kim'),
      bulk(
        [
          newUserOperation('new'),
          {
            method: 'PUT',
            path: '/Users/{{jo}}',
            data: { schemas: [CORE], userName: 'jo.{{n}}@contoso.com', title: 'Lead' },
          },
          {
            method: 'PATCH',
            path: '/Users/{{eve}}',
            data: { Operations: [{ op: 'Replace', path: 'active', value: 'False' }] },
          },
          { method: 'DELETE', path: '/Users/{{kim}}' },
        ],
        [
          created('new'),
          { method: 'PUT', status: '200', location: textLike(/\/Users\//), version: 'W/"2"' },
          { method: 'PATCH', status: textLike(/^20[04]$/), location: textLike(/\/Users\//) },
          { method: 'DELETE', status: '204' },
        ],
      ),
      byName('Users', 'userName+eq+%22new.{{n}}%40contoso.com%22', { totalResults: 1 }),
      userIs('jo', { title: 'Lead' }),
      userIs('eve', { active: false }),
      get('/Users/{{kim}}', { status: 404 }),
    ],
  },
  {
    name: 'bulk: references by bulkId to what comes before and after (RFC 7644 3.7.2)',
    steps: [
      bulk(
        [
          {
            method: 'POST',
            path: '/Groups',
            bulkId: 'eng',
            data: { schemas: [GROUP], displayName: 'eng {{n}}', members: [{ value: 'bulkId:jo' }] },
          },
          newUserOperation('jo', {
            schemas: [CORE, ENTERPRISE],
            [ENTERPRISE]: { manager: { value: 'bulkId:boss' } },
          }),
          newUserOperation('boss'),
        ],
        [created('eng'), created('jo'), created('boss')],
      ),
      byName('Groups', 'displayName+eq+%22eng+{{n}}%22', {
        Resources: [{ members: [{ $ref: textLike(/\/Users\//) }] }],
      }),
      byName('Users', 'userName+eq+%22jo.{{n}}%40contoso.com%22', {
        Resources: [
          {
            [ENTERPRISE]: { manager: { value: textLike(/^(?!bulkId)/) } },
            groups: [{ display: 'eng {{n}}' }],
          },
        ],
      }),
    ],
  },
  {
    name: 'bulk: groups that are members of each other (RFC 7644 3.7.1)',
    steps: [
      bulk(
        ['a', 'b'].map((bulkId) => ({
          method: 'POST',
          path: '/Groups',
          bulkId,
          data: {
            schemas: [GROUP],
            displayName: `${bulkId} {{n}}`,
            members: [{ type: 'Group', value: bulkId === 'a' ? 'bulkId:b' : 'bulkId:a' }],
          },
        })),
        [
          { bulkId: 'a', status: '201' },
          { bulkId: 'b', status: '201' },
        ],
      ),
      byName('Groups', 'displayName+eq+%22a+{{n}}%22', {
        Resources: [{ members: [{ display: 'b {{n}}' }] }],
      }),
      byName('Groups', 'displayName+eq+%22b+{{n}}%22', {
        Resources: [{ members: [{ display: 'a {{n}}' }] }],
      }),
    ],
  },
  {
    name: 'bulk: what fails costs only itself and what refers to it, and says why (RFC 7644 3.7.3)',
    steps: [
      newUser('jo'),
      bulk(
        [
          newUserOperation('jo'),
          {
            method: 'POST',
            path: '/Groups',
            bulkId: 'eng',
            data: { schemas: [GROUP], displayName: 'eng {{n}}', members: [{ value: 'bulkId:jo' }] },
          },
          { method: 'DELETE', path: '/Users/5b1d9b0e-6f6c-4a39-a3e2-6c1f6f3c2a10' },
          { method: 'POST', path: '/Users', bulkId: 'none', data: { schemas: [CORE] } },
          newUserOperation('eve'),
        ],
        [
          refused(409, { bulkId: 'jo', location: absent }),
          refused(409, { bulkId: 'eng' }),
          refused(404, { method: 'DELETE' }),
          refused(400, { bulkId: 'none' }),
          created('eve'),
        ],
      ),
      byName('Groups', 'displayName+eq+%22eng+{{n}}%22', { totalResults: 0 }),
      byName('Users', 'userName+eq+%22eve.{{n}}%40contoso.com%22', { totalResults: 1 }),
    ],
  },
  {
    name: 'bulk: failOnErrors ends it (RFC 7644 3.7.3)',
    steps: [
      newUser('jo'),
      bulk([newUserOperation('jo'), newUserOperation('eve')], [refused(409, { bulkId: 'jo' })], {
        failOnErrors: 1,
      }),
      byName('Users', 'userName+eq+%22eve.{{n}}%40contoso.com%22', { totalResults: 0 }),
    ],
  },
  {
    name: 'bulk: a version guards its operation (RFC 7644 3.7)',
    steps: [
      newUser('jo', { title: 'Engineer' }),
      bulk(
        [
          {
            method: 'PATCH',
            path: '/Users/{{jo}}',
            version: 'W/"7"',
            data: { Operations: [{ op: 'replace', path: 'title', value: 'x' }] },
          },
        ],
        [refused(412)],
      ),
      bulk(
        [
          {
            method: 'PATCH',
            path: '/Users/{{jo}}',
            version: 'W/"1"',
            data: { Operations: [{ op: 'replace', path: 'title', value: 'Lead' }] },
          },
        ],
        [{ status: textLike(/^20[04]$/), version: 'W/"2"' }],
      ),
      userIs('jo', { title: 'Lead' }),
    ],
  },
  {
    name: 'bulk: members of a group that is there',
    steps: [
      newGroup('eng'),
      bulk(
        [
          newUserOperation('jo'),
          {
            method: 'PATCH',
            path: '/Groups/{{eng}}',
            data: { Operations: [{ op: 'Add', path: 'members', value: [{ value: 'bulkId:jo' }] }] },
          },
        ],
        [created('jo'), { status: textLike(/^20[04]$/) }],
      ),
      groupIs('eng', { members: [{ value: textLike(/^(?!bulkId)/), type: 'User' }] }),
    ],
  },
  {
    name: 'bulk: more operations than are offered are 413, a request that is none 400 (RFC 7644 3.7.4)',
    steps: [
      get('/ServiceProviderConfig', {
        answers: { bulk: { supported: true, maxOperations: someInteger, maxPayloadSize: someInteger } },
      }),
      post(
        '/Bulk',
        {
          schemas: [REQUEST],
          Operations: Array.from({ length: 1_001 }, () => ({ method: 'DELETE', path: '/Users/x' })),
        },
        { status: 413, answers: scimError(413) },
      ),
      post(
        '/Bulk',
        { schemas: [REQUEST] },
        { status: 400, answers: scimError(400, { scimType: 'invalidSyntax' }) },
      ),
      bulk([], []),
      bulk(
        [
          { method: 'GET', path: '/Users' },
          { method: 'POST', path: '/Nothing', bulkId: 'x', data: {} },
          { method: 'POST', path: '/Users', data: { userName: 'x' } },
        ],
        [refused(400), refused(400), refused(400)],
      ),
    ],
  },
  {
    name: 'bulk: a group whose member goes in the same request',
    steps: [
      newUser('jo'),
      newGroup('eng', { members: [{ value: '{{jo}}' }] }),
      bulk(
        [
          { method: 'DELETE', path: '/Users/{{jo}}' },
          {
            method: 'PATCH',
            path: '/Groups/{{eng}}',
            data: { Operations: [{ op: 'replace', path: 'displayName', value: 'ops {{n}}' }] },
          },
        ],
        [{ status: '204' }, { status: textLike(/^20[04]$/) }],
      ),
      groupIs('eng', { displayName: 'ops {{n}}', members: noValues }),
    ],
  },
];
