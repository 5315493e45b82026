import { absent, someText, someTime, textLike } from '../replay/expected-json.js';
import { type Json, type JsonObject } from '../replay/json.js';
import { get, patch, post, put, type ReplayCase, type Step } from '../replay/replay-case.js';
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

const whole = { ...everything, ...everythingOfExtensions };

/** Values that are not of the type of their attribute. */
const mistyped: readonly (readonly [string, Json])[] = [
  ['tag', 7],
  ['tag', { a: 1 }],
  ['enabled', 'yes'],
  ['enabled', 1],
  ['weight', '12.5'],
  ['weight', true],
  ['quantity', 1.5],
  ['quantity', '1'],
  ['quantity', 2147483648],
  ['inspectedAt', 'yesterday'],
  ['inspectedAt', '2026-02-30T00:00:00Z'],
  ['inspectedAt', 7],
  ['manual', 7],
  ['image', 'no base64!'],
  ['labels', [7]],
  ['switches', ['on']],
  ['readings', ['x']],
  ['counts', [0.5]],
  ['serviceDates', ['x']],
  ['links', [true]],
  ['attachments', ['?']],
  ['dimensions', 'large'],
  ['dimensions', { width: 'x' }],
  ['custodians', [7]],
  ['custodians', [{ display: 'nobody' }]],
];

function refusedBody(more: JsonObject): Step {
  return post('/TestResources', testResource('x', more), {
    status: 400,
    answers: scimError(400, { scimType: 'invalidValue', detail: someText }),
  });
}

const reading: readonly ReplayCase[] = [
  {
    name: 'own types: a resource with a value of every type comes back as it was sent (RFC 7643 2.3)',
    steps: [
      post('/TestResources', testResource('one', whole), {
        as: 'one',
        answers: {
          ...whole,
          schemas: [TEST_RESOURCE, OWNERSHIP, LOCATION],
          id: someText,
          name: nameOf('one'),
          meta: {
            resourceType: 'TestResource',
            created: someTime,
            lastModified: someTime,
            version: 'W/"1"',
            location: textLike(/\/TestResources\/[\w-]+$/),
          },
        },
        answersHeaders: { etag: 'W/"1"', location: textLike(/\/TestResources\/[\w-]+$/) },
      }),
      testResourceIs('one', { ...whole, schemas: [TEST_RESOURCE, OWNERSHIP, LOCATION] }),
    ],
  },
  {
    name: 'own types: references that the service makes lead to users and to resources of the type (RFC 7643 2.4)',
    steps: [
      newUser('jo'),
      newTestResource('whole'),
      newTestResource('part', {
        custodians: [{ value: '{{jo}}', $ref: 'https://elsewhere.test/x' }],
        partOf: { value: '{{whole}}' },
      }),
      testResourceIs('part', {
        custodians: [{ value: '{{jo}}', $ref: textLike(/^http.*\/Users\/[\w-]{36}$/) }],
        partOf: { value: '{{whole}}', $ref: textLike(/^http.*\/TestResources\/[\w-]{36}$/) },
      }),
    ],
  },
  {
    name: 'own types: null, an empty text and an empty list mean unassigned (RFC 7643 2.5)',
    steps: [
      newTestResource('one', { tag: null, status: '', labels: [], dimensions: {}, [LOCATION]: {} }),
      testResourceIs('one', {
        schemas: [TEST_RESOURCE, OWNERSHIP],
        tag: absent,
        status: absent,
        labels: absent,
        dimensions: absent,
        [LOCATION]: absent,
      }),
    ],
  },
];

const refusals: readonly ReplayCase[] = [
  {
    name: 'own types: a value of another type is 400 invalidValue, in a POST and in a PATCH (RFC 7643 2.3)',
    steps: [
      newTestResource('one'),
      ...mistyped.flatMap(([attribute, value]) => [
        refusedBody({ [attribute]: value }),
        patch('/TestResources/{{one}}', [{ op: 'replace', path: attribute, value }], {
          status: 400,
          answers: scimError(400, { scimType: 'invalidValue', detail: someText }),
        }),
      ]),
      testResourceIs('one', { meta: { version: 'W/"1"' } }),
    ],
  },
  {
    name: 'own types: what is required has to be there, the extension too (RFC 7643 2.2, 6)',
    steps: [
      refusedBody({ name: null }),
      refusedBody({ [OWNERSHIP]: null }),
      refusedBody({ [OWNERSHIP]: {} }),
      refusedBody({ [OWNERSHIP]: { price: 1 } }),
      refusedBody({ [LOCATION]: { position: { latitude: 1 } } }),
      newTestResource('one', { [LOCATION]: { site: 'Oslo' } }),
      put(
        '/TestResources/{{one}}',
        { schemas: [TEST_RESOURCE], name: nameOf('one') },
        { status: 400, answers: scimError(400, { scimType: 'invalidValue' }) },
      ),
      ...[OWNERSHIP, `${OWNERSHIP}:costCentre`, 'name'].map((path) =>
        patch('/TestResources/{{one}}', [{ op: 'remove', path }], {
          status: 400,
          answers: scimError(400, { scimType: 'mutability' }),
        }),
      ),
      patch('/TestResources/{{one}}', [{ op: 'remove', path: LOCATION }], {
        answers: { schemas: [TEST_RESOURCE, OWNERSHIP], [LOCATION]: absent },
      }),
    ],
  },
];

const mutability: readonly ReplayCase[] = [
  {
    name: 'own types: an immutable attribute is set once and never changed (RFC 7643 2.2)',
    steps: [
      newTestResource('one'),
      patch('/TestResources/{{one}}', [{ op: 'add', path: 'code', value: 'C-1' }]),
      patch('/TestResources/{{one}}', [{ op: 'replace', path: 'code', value: 'C-1' }]),
      ...[
        { op: 'replace', path: 'code', value: 'C-2' },
        { op: 'remove', path: 'code' },
        { op: 'replace', value: { code: 'C-2' } },
      ].map((operation) =>
        patch('/TestResources/{{one}}', [operation], {
          status: 400,
          answers: scimError(400, { scimType: 'mutability' }),
        }),
      ),
      put('/TestResources/{{one}}', testResource('one', { code: 'C-2' }), {
        status: 400,
        answers: scimError(400, { scimType: 'mutability' }),
      }),
      put('/TestResources/{{one}}', testResource('one'), { answers: { code: 'C-1' } }),
    ],
  },
  {
    name: 'own types: an immutable part lasts as long as the value that it is in',
    steps: [
      newTestResource('one', { dimensions: { width: 1, unit: 'metric' } }),
      patch('/TestResources/{{one}}', [{ op: 'replace', path: 'dimensions.unit', value: 'imperial' }], {
        status: 400,
        answers: scimError(400, { scimType: 'mutability' }),
      }),
      put('/TestResources/{{one}}', testResource('one', { dimensions: { width: 2, unit: 'imperial' } }), {
        status: 400,
        answers: scimError(400, { scimType: 'mutability' }),
      }),
      put('/TestResources/{{one}}', testResource('one', { dimensions: { width: 2 } }), {
        answers: { dimensions: { width: 2, unit: 'metric' } },
      }),
    ],
  },
  {
    name: 'own types: readOnly is passed over, writeOnly is taken and never kept (RFC 7643 2.2)',
    steps: [
      newTestResource('one', { checksum: 'x', pin: '1234', id: 'y', meta: { version: 'z' } }),
      testResourceIs('one', { checksum: absent, pin: absent, meta: { version: 'W/"1"' } }),
      patch('/TestResources/{{one}}', [{ op: 'replace', path: 'pin', value: '9999' }]),
      patch('/TestResources/{{one}}', [{ op: 'replace', path: 'checksum', value: 'z' }]),
      get('/TestResources/{{one}}?attributes=pin,checksum', { answers: { pin: absent, checksum: absent } }),
      get('/TestResources?filter=pin+pr', {
        status: 403,
        answers: scimError(403, { scimType: 'sensitive' }),
      }),
    ],
  },
];

const hidden = { remarks: 'to be asked for', vaultNumber: 'V-1' };
const hiddenOfExtensions = {
  [OWNERSHIP]: { costCentre: '4100', assetNumber: 'B-{{n}}', auditTrail: 'seen' },
  [LOCATION]: { site: 'Oslo', position: { latitude: 1, longitude: 2, accuracy: 3 }, doorCode: '0000' },
};

const returned: readonly ReplayCase[] = [
  {
    name: 'own types: always, never, request and default decide what is returned (RFC 7643 2.2, RFC 7644 3.9)',
    steps: [
      newTestResource('one', { ...hidden, ...hiddenOfExtensions, tag: 'Blue' }),
      testResourceIs('one', {
        tag: 'Blue',
        remarks: absent,
        vaultNumber: absent,
        [OWNERSHIP]: { costCentre: '4100', assetNumber: someText, auditTrail: absent },
        [LOCATION]: { site: 'Oslo', position: { latitude: 1, accuracy: absent }, doorCode: absent },
      }),
      get('/TestResources/{{one}}?attributes=remarks,vaultNumber', {
        answers: {
          id: '{{one}}',
          name: nameOf('one'),
          remarks: 'to be asked for',
          vaultNumber: absent,
          tag: absent,
          meta: absent,
          [OWNERSHIP]: { costCentre: '4100', assetNumber: absent },
          [LOCATION]: absent,
        },
      }),
      get(
        `/TestResources/{{one}}?attributes=${OWNERSHIP}:auditTrail,${LOCATION}:position.accuracy,${LOCATION}:doorCode`,
        {
          answers: {
            [OWNERSHIP]: { auditTrail: 'seen', costCentre: '4100', assetNumber: absent },
            [LOCATION]: { position: { accuracy: 3, latitude: absent }, site: absent, doorCode: absent },
          },
        },
      ),
      get(`/TestResources/{{one}}?excludedAttributes=name,tag,${OWNERSHIP},${LOCATION}:site`, {
        answers: {
          name: nameOf('one'),
          tag: absent,
          [OWNERSHIP]: { costCentre: '4100', assetNumber: absent },
          [LOCATION]: { site: absent, position: { latitude: 1 } },
        },
      }),
      get(`/TestResources/{{one}}?attributes=${LOCATION}`, {
        answers: { tag: absent, [LOCATION]: { site: 'Oslo', position: { accuracy: absent } } },
      }),
    ],
  },
  {
    name: 'own types: what a write answers obeys the same, and is kept all the same',
    steps: [
      newTestResource('one', hidden),
      patch('/TestResources/{{one}}?attributes=remarks', [{ op: 'add', path: 'tag', value: 'Red' }], {
        status: 200,
        answers: { remarks: 'to be asked for', tag: absent, vaultNumber: absent },
      }),
      put('/TestResources/{{one}}', testResource('one', { vaultNumber: 'V-2' }), {
        answers: { vaultNumber: absent, remarks: absent },
      }),
      get('/TestResources/{{one}}?attributes=remarks', { answers: { remarks: absent } }),
      get('/TestResources?filter=vaultNumber+eq+%22V-2%22', {
        status: 403,
        answers: scimError(403, { scimType: 'sensitive' }),
      }),
      get('/TestResources?sortBy=vaultNumber', {
        status: 403,
        answers: scimError(403, { scimType: 'sensitive' }),
      }),
    ],
  },
];

/** What the schema of a tenant's own says of values, whichever way they come in. */
export const ownTypeValueCases: readonly ReplayCase[] = [...reading, ...refusals, ...mutability, ...returned];
