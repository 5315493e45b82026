import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { EncodedRecord } from './cloud-events/record.js';
import { MalformedMessageError } from './cloud-events/headers.js';
import { decodeCommand } from './commands/command-message.js';
import { decodeFact } from './facts/fact-message.js';
import { decodeFailure } from './failures/failure-message.js';
import {
  decodeReply,
  outcomeFromJson,
  shownResourceFromJson,
  storedResourceFromJson,
} from './outcomes/outcome-message.js';
import { readSamples, type SampleRecord } from './testing/read-samples.js';
import {
  COMMANDS_TOPIC,
  FAILURES_TOPIC,
  GROUP_EVENTS_TOPIC,
  REPLIES_TOPIC,
  RESOURCE_EVENTS_TOPIC,
  USER_EVENTS_TOPIC,
} from './topics/topics.js';

type Decoder = (record: EncodedRecord) => unknown;

function sampleOf(topic: string, name: string): SampleRecord {
  const found = readSamples(topic).find((each) => each.name === name);
  if (found === undefined) throw new Error(`no sample ${name} of ${topic}`);
  return found;
}

const kinds: readonly (readonly [string, Decoder, SampleRecord, readonly string[]])[] = [
  [
    'a command',
    decodeCommand,
    sampleOf(COMMANDS_TOPIC, 'user.create'),
    [
      'ce_type',
      'ce_id',
      'ce_subject',
      'ce_tenantid',
      'ce_tokenid',
      'ce_requestid',
      'ce_replypartition',
      'ce_replyinstance',
      'ce_deadline',
    ],
  ],
  ['a bulk command', decodeCommand, sampleOf(COMMANDS_TOPIC, 'bulk'), ['ce_type', 'ce_id', 'ce_subject']],
  ['a reply', decodeReply, sampleOf(REPLIES_TOPIC, 'applied'), ['ce_type', 'ce_id', 'ce_replyinstance']],
  ['a fact', decodeFact, sampleOf(USER_EVENTS_TOPIC, 'created'), ['ce_type', 'ce_id', 'ce_time']],
  [
    'a fact about a resource of the tenant’s own type',
    decodeFact,
    sampleOf(RESOURCE_EVENTS_TOPIC, 'created'),
    ['ce_type', 'ce_id', 'ce_time'],
  ],
  ['a failure', decodeFailure, sampleOf(FAILURES_TOPIC, 'refused-at-the-door'), ['ce_type']],
];

function withHeader(sample: SampleRecord, name: string, value: string): EncodedRecord {
  return { value: sample.value, headers: { ...sample.headers, [name]: value } };
}

function withBody(sample: SampleRecord, text: string): EncodedRecord {
  return { headers: sample.headers, value: Buffer.from(text) };
}

/** The sample's body with `change` laid over it; undefined removes. */
function changed(sample: SampleRecord, change: Readonly<Record<string, unknown>>): EncodedRecord {
  const body = JSON.parse(sample.value?.toString('utf8') ?? '{}') as object;
  return withBody(sample, JSON.stringify({ ...body, ...change }));
}

function expectMalformed(decode: Decoder, record: EncodedRecord, message?: string): void {
  let thrown: unknown;
  try {
    decode(record);
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(MalformedMessageError);
  if (message !== undefined) expect((thrown as Error).message).toContain(message);
}

describe.each(kinds)('%s', (_, decode, sample, headers) => {
  it.each(headers.map((name) => [name]))('without header %s is malformed', (name) => {
    const { [name]: _left, ...rest } = sample.headers;
    expectMalformed(decode, { value: sample.value, headers: rest }, name);
    expectMalformed(decode, withHeader(sample, name, ''), name);
  });

  it('of a type that this version does not know is malformed', () => {
    for (const type of ['user.create.requested.v2', 'constructor', '__proto__', 'toString']) {
      expectMalformed(decode, withHeader(sample, 'ce_type', type));
    }
  });

  it.each([
    ['nothing', null],
    ['no bytes', ''],
    ['half of it', '{"document":{'],
    ['binary', '\u0000\u0001\u0002'],
    ['null', 'null'],
    ['a list', '[{}]'],
    ['a text', '"{}"'],
    ['an empty object', '{}'],
  ])('with %s for a body is malformed', (_name, text) => {
    expectMalformed(decode, { headers: sample.headers, value: text === null ? null : Buffer.from(text) });
  });

  it('does not repeat its body in the error', () => {
    for (const text of ['canary@example.test', '{"canary', '"canary"', '{"canary":"canary"}']) {
      try {
        decode(withBody(sample, text));
      } catch (error) {
        expect(String(error)).not.toContain('canary');
        expect(String((error as Error).cause)).not.toContain('canary');
      }
    }
  });

  it('never fails in another way, whatever the bytes', () => {
    const anything = fc.oneof(
      fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
      fc.json({ maxDepth: 4 }).map((text) => Buffer.from(text)),
      fc
        .dictionary(
          fc.constantFrom('document', 'patch', 'status', 'resource', 'cause', 'subject', '__proto__'),
          fc.jsonValue(),
        )
        .map((body) => Buffer.from(JSON.stringify(body))),
    );
    fc.assert(
      fc.property(anything, (value) => {
        try {
          decode({ headers: sample.headers, value });
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedMessageError);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('takes no value from a prototype, and leaves all prototypes as they are', () => {
    const polluting = '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}';
    expectMalformed(decode, withBody(sample, polluting));
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    const whole = JSON.parse(sample.value!.toString('utf8')) as object;
    const hidden = `{"__proto__":${JSON.stringify(whole)}}`;
    expectMalformed(decode, withBody(sample, hidden));
    expectMalformed(decode, {
      headers: Object.create(sample.headers) as Record<string, string>,
      value: sample.value,
    });
  });

  it('ignores a trace context too long to be one', () => {
    expect(decode(withHeader(sample, 'traceparent', '0'.repeat(1_000)))).not.toHaveProperty('traceparent');
  });
});

describe('a command', () => {
  const create = sampleOf(COMMANDS_TOPIC, 'user.create');
  const replace = sampleOf(COMMANDS_TOPIC, 'user.replace');
  const patch = sampleOf(COMMANDS_TOPIC, 'user.patch');

  it.each([
    ['ce_id', 'not-a-uuid'],
    ['ce_tenantid', 'acme'],
    ['ce_tokenid', '0192f1c2'],
    ['ce_subject', 'Users'],
    ['ce_subject', 'Users/1'],
    ['ce_replypartition', '32'],
    ['ce_replypartition', '-1'],
    ['ce_replypartition', '1.5'],
    ['ce_replypartition', '0x1'],
    ['ce_deadline', 'soon'],
    ['ce_deadline', '99999999999999999'],
  ])('with %s: %s is malformed', (name, value) => {
    expectMalformed(decodeCommand, withHeader(create, name, value), name);
  });

  const bulk = sampleOf(COMMANDS_TOPIC, 'bulk');
  const parts = (JSON.parse(bulk.value!.toString('utf8')) as { operations: object[] }).operations;
  const [first] = parts;

  it.each([
    ['no operation', { operations: [] }],
    ['more than it may hold', { operations: Array.from({ length: 1_001 }, () => first) }],
    ['a command twice', { operations: [first, first] }],
    ['a job in a job', { operations: [{ ...first, type: 'bulk.requested' }] }],
    [
      'a need of another job',
      { operations: [{ ...first, needs: ['0199c3a5-0099-7000-8000-00000000e099'] }] },
    ],
    ['a need that is no id', { operations: [{ ...first, needs: ['x'] }] }],
    ['an operation without a document', { operations: [{ ...first, document: undefined }] }],
    ['a limit of no errors', { operations: parts, failOnErrors: 0 }],
    ['fewer than no refusals', { operations: [{ ...first, refusedBefore: -1 }] }],
  ])('of many operations with %s is malformed', (_, change) => {
    expectMalformed(decodeCommand, changed(bulk, change));
  });

  it.each([
    ['no document', { document: undefined }],
    ['a document that is a list', { document: [] }],
    ['null in the document', { document: { userName: null } }],
    ['a hash that is none', { documentHash: 'x' }],
    ['no hash', { documentHash: undefined }],
  ])('with %s is malformed', (_, change) => {
    expectMalformed(decodeCommand, changed(create, change));
  });

  it('with a polluting attribute name in its document is malformed', () => {
    for (const name of ['__proto__', 'constructor', 'toString']) {
      const body = `{"document":{"userName":"a","${name}":{"polluted":true}},"documentHash":"${'0'.repeat(64)}"}`;
      expectMalformed(decodeCommand, withBody(create, body), 'document');
    }
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it.each([
    ['a list', []],
    ['another kind', { kind: 'none' }],
    ['no versions', { kind: 'oneOf' }],
    ['a version that is text', { kind: 'oneOf', versions: ['1'] }],
    ['too many versions', { kind: 'oneOf', versions: Array.from({ length: 101 }, () => 1) }],
  ])('with %s for a version condition is malformed', (_, ifMatch) => {
    expectMalformed(decodeCommand, changed(replace, { ifMatch }));
  });

  it.each([
    ['nothing', undefined],
    ['no operations', {}],
    ['an operation of another sort', { operations: [{ op: 'move', path: { attribute: 'title' } }] }],
    [
      'an operation on an attribute that no schema has',
      { operations: [{ op: 'remove', path: { attribute: '__proto__' } }] },
    ],
  ])('with %s for a patch is malformed', (_, value) => {
    expectMalformed(decodeCommand, changed(patch, { patch: value }), 'patch');
  });
});

describe('a command for a resource of a tenant’s own type', () => {
  const create = sampleOf(COMMANDS_TOPIC, 'resource.create');
  const patch = sampleOf(COMMANDS_TOPIC, 'resource.patch');

  it.each([
    ['no type', { resourceType: undefined }],
    ['a type without a name', { resourceType: '' }],
    ['a type of too long a name', { resourceType: 'x'.repeat(65) }],
    ['warnings that are no list', { warnings: {} }],
    ['a warning of an unknown kind', { warnings: [{ kind: 'constructor', path: 'x' }] }],
    ['a warning about nothing', { warnings: [{ kind: 'secretDropped' }] }],
    [
      'more warnings than travel',
      { warnings: Array.from({ length: 21 }, () => ({ kind: 'secretDropped', path: 'pin' })) },
    ],
  ])('with %s is malformed', (_, change) => {
    expectMalformed(decodeCommand, changed(create, change));
  });

  it.each(['', 'x', '9D5E'.repeat(16)])('with %j for the digest of its schemas is malformed', (digest) => {
    expectMalformed(decodeCommand, withHeader(create, 'ce_schemas', digest), 'ce_schemas');
  });

  it.each([
    ['no operations', {}],
    [
      'more operations than a request comes down to',
      { operations: Array.from({ length: 10_001 }, () => ({})) },
    ],
    ['an operation of another sort', { operations: [{ op: 'move', path: { attribute: 'tag' } }] }],
    ['a path that is text', { operations: [{ op: 'remove', path: 'tag' }] }],
    ['a polluting path', { operations: [{ op: 'remove', path: { attribute: '__proto__' } }] }],
    ['no value', { operations: [{ op: 'add', path: { attribute: 'tag' } }] }],
    ['null for a value', { operations: [{ op: 'add', path: { attribute: 'tag' }, value: null }] }],
    [
      'a polluting value',
      {
        operations: [
          { op: 'add', path: { attribute: 'tag' }, value: JSON.parse('{"__proto__":{}}') as object },
        ],
      },
    ],
    ['values that are no list', { operations: [{ op: 'remove', path: { attribute: 'tag' }, values: 'x' }] }],
  ])('with %s in its patch is malformed', (_, value) => {
    expectMalformed(decodeCommand, changed(patch, { patch: value }), 'patch');
  });

  it('may be of a type and set attributes that only the tenant knows', () => {
    expect(decodeCommand(patch)).toMatchObject({
      type: 'resource.patch.requested',
      resourceType: 'TestResource',
      patch: { operations: [{ path: { attribute: 'weight' }, value: 13 }, {}, {}] },
    });
  });
});

describe('a reply', () => {
  const applied = sampleOf(REPLIES_TOPIC, 'applied');
  const resource = {
    id: '0199c3a1-2b00-7000-8000-0000000000b1',
    version: 1,
    createdAt: 't',
    lastModified: 't',
    document: {},
  };

  it.each([
    ['another status', { status: 'parked' }],
    ['no resource id', { resourceId: undefined }],
    ['a version that is no integer', { version: 1.5 }],
    ['version 0', { version: 0 }],
    ['a resource that is text', { resource: 'x' }],
    ['a resource without a document', { resource: { ...resource, document: undefined } }],
    ['groups that are no list', { resource: { ...resource, groups: {} } }],
    [
      'a group of another type',
      { resource: { ...resource, groups: [{ value: 'x', display: 'x', type: 'nested' }] } },
    ],
    ['a member without a value', { resource: { ...resource, members: [{ type: 'User' }] } }],
  ])('with %s is malformed', (_, change) => {
    expectMalformed(decodeReply, changed(applied, change));
  });

  it('with a cause that is not in the catalogue is malformed', () => {
    for (const cause of ['made_up', 'constructor', 7, undefined]) {
      expect(() => outcomeFromJson({ status: 'rejected', cause, detail: 'x' })).toThrow(
        MalformedMessageError,
      );
    }
  });

  it('carries a resource that is read in the same way', () => {
    expect(storedResourceFromJson(resource)).toEqual(resource);
    expect(() => storedResourceFromJson({ ...resource, id: '1' })).toThrow(MalformedMessageError);
    expect(shownResourceFromJson(resource)).toEqual(resource);
    for (const change of [{ id: '1' }, { document: 'x' }, { document: [] }])
      expect(() => shownResourceFromJson({ ...resource, ...change })).toThrow(MalformedMessageError);
  });
});

describe('a failure', () => {
  const failure = sampleOf(FAILURES_TOPIC, 'refused-at-the-door');

  it.each([
    ['no tenant', { tenantId: undefined }],
    ['a tenant that is no UUID', { tenantId: 'acme' }],
    ['a cause that is not in the catalogue', { cause: 'made_up' }],
    ['a status that is text', { status: '400' }],
    ['another operation', { operation: 'merge' }],
    ['no subject', { subject: undefined }],
    ['a subject whose name is a number', { subject: { userName: 1 } }],
    ['another source', { source: 'notifier' }],
  ])('with %s is malformed', (_, change) => {
    expectMalformed(decodeFailure, changed(failure, change));
  });
});

describe('a fact', () => {
  const user = sampleOf(USER_EVENTS_TOPIC, 'created');
  const group = sampleOf(GROUP_EVENTS_TOPIC, 'created');

  it.each([
    ['no id', { id: undefined }],
    ['part 0', { part: 0 }],
    ['paths that are no list', { changed: 'active' }],
    ['a path that is no text', { changed: [1] }],
    ['a resource that is missing rather than null', { resource: undefined }],
    ['a cause that is text', { cause: 'x' }],
  ])('with %s is malformed', (_, change) => {
    expectMalformed(decodeFact, changed(user, change));
  });

  it.each([
    ['a member that is no UUID', { added: ['1'], removed: [] }],
    ['no list of those who left', { added: [] }],
    [
      'more members than fit one record',
      { added: Array.from({ length: 501 }, () => user.headers.ce_tenantid), removed: [] },
    ],
  ])('about a group with %s is malformed', (_, members) => {
    expectMalformed(decodeFact, changed(group, { members }));
  });
});
