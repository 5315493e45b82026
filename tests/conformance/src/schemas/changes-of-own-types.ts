import { absent, inOrder, someText, textLike, type Expected } from '../replay/expected-json.js';
import { type Json } from '../replay/json.js';
import { get, patch, post, put, remove, type ReplayCase, type Step } from '../replay/replay-case.js';
import { ERROR } from '../replay/scim-names.js';
import { newUser, scimError } from '../replay/usual-steps.js';
import {
  LOCATION,
  OWNERSHIP,
  TEST_RESOURCE,
  everything,
  everythingOfExtensions,
  nameOf,
  newTestResource,
  testResource,
  testResourceIs,
} from './sample-registration.js';

const at = '/TestResources/{{one}}';

function changed(operation: Json, answers: Expected): Step[] {
  return [patch(at, [operation]), testResourceIs('one', answers)];
}

const changes: readonly ReplayCase[] = [
  {
    name: 'own types: PUT replaces all that a client may set (RFC 7644 3.5.1)',
    steps: [
      newTestResource('one', { ...everything, ...everythingOfExtensions }),
      put(at, testResource('one', { tag: 'Green' }), {
        answers: {
          schemas: [TEST_RESOURCE, OWNERSHIP],
          tag: 'Green',
          weight: absent,
          labels: absent,
          dimensions: absent,
          [OWNERSHIP]: { costCentre: '4100', assetNumber: absent },
          [LOCATION]: absent,
          meta: { version: 'W/"2"' },
        },
      }),
      put(at, testResource('one', { tag: 'Green' }), { answers: { meta: { version: 'W/"2"' } } }),
      put('/TestResources/00000000-0000-4000-8000-000000000000', testResource('two'), {
        status: 404,
        answers: scimError(404),
      }),
    ],
  },
  {
    name: 'own types: PATCH of single values, lists, parts and extensions (RFC 7644 3.5.2)',
    steps: [
      newTestResource('one', { labels: ['red'], custodians: [{ value: 'u-1', type: 'owner' }] }),
      ...changed({ op: 'replace', path: 'weight', value: 2.5 }, { weight: 2.5 }),
      ...changed({ op: 'add', path: 'labels', value: ['blue', 'red'] }, { labels: ['red', 'blue'] }),
      ...changed({ op: 'remove', path: 'labels[value eq "red"]' }, { labels: ['blue'] }),
      ...changed({ op: 'add', path: 'readings', value: [1.5, 2] }, { readings: [1.5, 2] }),
      ...changed({ op: 'remove', path: 'readings[value gt 1.75]' }, { readings: [1.5] }),
      ...changed({ op: 'add', path: 'dimensions.width', value: 1 }, { dimensions: { width: 1 } }),
      ...changed(
        { op: 'replace', path: 'dimensions', value: { height: 3 } },
        { dimensions: { width: 1, height: 3 } },
      ),
      ...changed(
        { op: 'replace', path: 'custodians[type eq "owner"].display', value: 'Jo' },
        { custodians: [{ value: 'u-1', type: 'owner', display: 'Jo' }] },
      ),
      ...changed(
        { op: 'replace', path: `${OWNERSHIP}:costCentre`, value: '42' },
        { [OWNERSHIP]: { costCentre: '42' } },
      ),
      ...changed(
        { op: 'add', value: { [`${LOCATION}:site`]: 'Bergen', tag: 'T', [OWNERSHIP]: { price: 1 } } },
        { tag: 'T', [LOCATION]: { site: 'Bergen' }, [OWNERSHIP]: { costCentre: '42', price: 1 } },
      ),
      ...changed(
        { op: 'add', path: `${LOCATION}:floors`, value: [1, 2] },
        { [LOCATION]: { floors: [1, 2] } },
      ),
      ...changed(
        { op: 'add', path: LOCATION, value: { isOutdoors: true } },
        { [LOCATION]: { isOutdoors: true } },
      ),
      ...changed({ op: 'remove', path: `${LOCATION}:floors[value eq 1]` }, { [LOCATION]: { floors: [2] } }),
      patch(at, [{ op: 'replace', path: 'weight', value: 2.5 }]),
      testResourceIs('one', { meta: { version: 'W/"14"' } }),
    ],
  },
  {
    name: 'own types: attributes that are called like those of users and groups are what their schema says',
    steps: [
      newTestResource('one', { status: 'False' }),
      patch(at, [{ op: 'replace', path: 'enabled', value: 'True' }]),
      testResourceIs('one', {
        status: 'False',
        enabled: true,
        userName: absent,
        members: absent,
        groups: absent,
      }),
    ],
  },
  {
    name: 'own types: DELETE: 204, and afterwards nothing knows the resource (RFC 7644 3.6)',
    steps: [
      newTestResource('one'),
      remove(at),
      get(at, { status: 404, answers: scimError(404) }),
      remove(at, { status: 404, answers: scimError(404) }),
      patch(at, [{ op: 'add', path: 'tag', value: 'x' }], { status: 404, answers: scimError(404) }),
      newTestResource('one'),
    ],
  },
  {
    name: 'own types: a value that has to be unique is 409 uniqueness, by the case of its attribute (RFC 7643 7)',
    steps: [
      newTestResource('one', { [OWNERSHIP]: { costCentre: '1', assetNumber: 'a-{{n}}' } }),
      post('/TestResources', testResource('one'), {
        status: 409,
        answers: scimError(409, { scimType: 'uniqueness', detail: textLike(/name/) }),
      }),
      post('/TestResources', testResource('ONE'), {
        status: 409,
        answers: scimError(409, { scimType: 'uniqueness' }),
      }),
      newTestResource('two', { [OWNERSHIP]: { costCentre: '1', assetNumber: 'A-{{n}}' } }),
      ...[
        { op: 'replace', path: 'name', value: 'One {{n}}' },
        { op: 'replace', path: `${OWNERSHIP}:assetNumber`, value: 'a-{{n}}' },
      ].map((operation) =>
        patch('/TestResources/{{two}}', [operation], {
          status: 409,
          answers: scimError(409, { scimType: 'uniqueness' }),
        }),
      ),
      patch('/TestResources/{{one}}', [{ op: 'remove', path: `${OWNERSHIP}:assetNumber` }]),
      patch('/TestResources/{{two}}', [
        { op: 'replace', path: `${OWNERSHIP}:assetNumber`, value: 'a-{{n}}' },
      ]),
      patch(at, [{ op: 'replace', path: 'name', value: 'ONE {{n}}' }]),
      testResourceIs('one', { name: 'ONE {{n}}' }),
      newUser('one', { displayName: 'one {{n}}' }),
    ],
  },
  {
    name: 'own types: versions as ETag, If-Match and If-None-Match (RFC 7644 3.14)',
    steps: [
      newTestResource('one'),
      get(at, { status: 304, headers: { authorization: 'Bearer {{token}}', 'if-none-match': 'W/"1"' } }),
      patch(at, [{ op: 'add', path: 'tag', value: 'x' }], {
        status: 412,
        headers: { ...jsonHeaders('W/"7"') },
        answers: scimError(412),
      }),
      put(at, testResource('one', { tag: 'y' }), {
        headers: { ...jsonHeaders('W/"1"') },
        answersHeaders: { etag: 'W/"2"' },
      }),
      remove(at, { status: 412, headers: jsonHeaders('W/"1"'), answers: scimError(412) }),
      remove(at, { headers: jsonHeaders('W/"2"') }),
    ],
  },
];

function jsonHeaders(ifMatch: string): Record<string, string> {
  return {
    authorization: 'Bearer {{token}}',
    'content-type': 'application/scim+json',
    'if-match': ifMatch,
  };
}

const REQUEST = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';

const bulk: readonly ReplayCase[] = [
  {
    name: 'own types: bulk with resources of several types that refer to each other (RFC 7644 3.7)',
    steps: [
      newTestResource('old'),
      post(
        '/Bulk',
        {
          schemas: [REQUEST],
          Operations: [
            {
              method: 'POST',
              path: '/TestResources',
              bulkId: 'part',
              data: testResource('part', {
                partOf: { value: 'bulkId:whole' },
                custodians: [{ value: 'bulkId:jo' }],
              }),
            },
            { method: 'POST', path: '/TestResources', bulkId: 'whole', data: testResource('whole') },
            {
              method: 'POST',
              path: '/Users',
              bulkId: 'jo',
              data: { userName: 'jo.{{n}}@contoso.com' },
            },
            {
              method: 'PATCH',
              path: '/TestResources/{{old}}',
              data: { Operations: [{ op: 'add', path: 'partOf.value', value: 'bulkId:whole' }] },
            },
            { method: 'POST', path: '/TestResources', bulkId: 'bad', data: { name: 'x {{n}}' } },
            { method: 'POST', path: '/TestResources', bulkId: 'twice', data: testResource('whole') },
            { method: 'DELETE', path: '/TestResources/{{old}}' },
            { method: 'POST', path: '/NoSuchType', bulkId: 'none', data: { name: 'x' } },
          ],
        },
        {
          status: 200,
          answers: {
            Operations: inOrder(
              { status: '201', location: textLike(/\/TestResources\//), version: 'W/"1"' },
              { status: '201', location: textLike(/\/TestResources\//) },
              { status: '201', location: textLike(/\/Users\//) },
              { status: '200' },
              { status: '400', response: { schemas: [ERROR], scimType: 'invalidValue', detail: someText } },
              { status: '409', response: { scimType: 'uniqueness' } },
              { status: '204' },
              { status: textLike(/^40[04]$/), response: { schemas: [ERROR], detail: someText } },
            ),
          },
        },
      ),
      get(`/TestResources?filter=name+eq+%22part+{{n}}%22`, {
        answers: {
          totalResults: 1,
          Resources: [
            {
              name: nameOf('part'),
              partOf: { value: someText, $ref: textLike(/\/TestResources\//) },
              custodians: [{ value: someText, $ref: textLike(/\/Users\//) }],
            },
          ],
        },
      }),
    ],
  },
];

/** POST, PUT, PATCH, DELETE and Bulk of resources of a tenant's own type. */
export const ownTypeChangeCases: readonly ReplayCase[] = [...changes, ...bulk];
