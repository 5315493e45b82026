import { afterEach, describe, expect, it } from '@jest/globals';
import {
  applyPatch,
  defineSchema,
  filterFromJson,
  matchesFilter,
  parseBulk,
  parseFilter,
  parseJson,
  parseListQuery,
  parsePatch,
  parseProjection,
  parseResource,
  parseSearchRequest,
  patchFromJson,
  project,
  renderResource,
  resolveBulkReferences,
  resolveFilter,
  ScimError,
  userResourceType,
} from './index.js';

/** Names that mean something to JavaScript objects, as an attacker would put them into keys and paths. */
const NAMES = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'valueOf',
  '__defineGetter__',
];
const PATHS = [
  ...NAMES,
  '__proto__.polluted',
  'constructor.prototype',
  'constructor.prototype.polluted',
  'name.__proto__',
  'name.__proto__.polluted',
  'name.constructor',
  'emails[type eq "work"].__proto__',
  'emails.__proto__',
  'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:__proto__',
  'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User.__proto__.polluted',
  'urn:__proto__:constructor',
];
const VALUES = [
  '{"polluted":true}',
  '"x"',
  '[{"polluted":true}]',
  '{"__proto__":{"polluted":true}}',
  '{"constructor":{"prototype":{"polluted":true}}}',
];

const json = (text: string): unknown => parseJson(text, { depthMax: 64 });

/** Refusals are fine here; anything but a ScimError is not. */
function attempt(call: () => unknown): void {
  try {
    call();
  } catch (error) {
    expect(error).toBeInstanceOf(ScimError);
  }
}

afterEach(() => {
  expect(Object.keys(Object.prototype)).toEqual([]);
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  expect(([] as { polluted?: unknown }).polluted).toBeUndefined();
  expect((() => 0) as { polluted?: unknown }).not.toHaveProperty('polluted');
});

describe.each(PATHS)('%s', (path) => {
  it.each(VALUES)('does not get into a document, nor out of it: %s', (text) => {
    const key = JSON.stringify(path);
    const bodies = [
      `{"userName":"jo",${key}:${text}}`,
      `{"userName":"jo","name":{"givenName":"G",${key}:${text}}}`,
      `{"userName":"jo","emails":[{"value":"a",${key}:${text}}]}`,
    ];
    for (const body of bodies) {
      const { document } = parseResource(userResourceType, json(body), 'create');
      for (const level of [document, document['name'], document['emails']]) {
        for (const name of Object.keys(level ?? {})) expect(NAMES).not.toContain(name);
      }
    }
  });

  it.each(VALUES)('does not get in by PATCH: %s', (text) => {
    const { document } = parseResource(
      userResourceType,
      { userName: 'jo', name: { givenName: 'G' }, emails: [{ type: 'work', value: 'a' }] },
      'create',
    );
    const key = JSON.stringify(path);
    for (const op of ['add', 'replace', 'remove']) {
      const operations = [
        `{"op":"${op}","path":${key},"value":${text}}`,
        `{"op":"${op}","value":{${key}:${text}}}`,
        `{"op":"${op}","path":"name","value":{${key}:${text}}}`,
        `{"op":"${op}","path":"emails","value":[{"value":"b",${key}:${text}}]}`,
      ];
      for (const operation of operations) {
        attempt(() => {
          const patched = applyPatch(
            userResourceType,
            document,
            parsePatch(userResourceType, json(`{"Operations":[${operation}]}`)),
          ).document;
          expect(Object.getPrototypeOf(patched)).toBeNull();
          for (const name of NAMES) expect(patched).not.toHaveProperty([name]);
        });
      }
    }
  });

  it('does not get in from another process', () => {
    const [attribute = '', subAttribute = 'x'] = path.split('.');
    const target = { attribute, subAttribute, schema: attribute };
    for (const each of [
      target,
      { attribute },
      { attribute: 'name', subAttribute: attribute },
      { attribute: 'name', schema: attribute },
    ]) {
      attempt(() => patchFromJson(userResourceType, { operations: [{ op: 'add', path: each, value: 'x' }] }));
      attempt(() => resolveFilter(filterFromJson({ kind: 'present', path: each }), userResourceType));
    }
  });

  it('is no attribute to a filter, a projection, a sort or a schema', () => {
    const document = parseResource(userResourceType, { userName: 'jo' }, 'create').document;
    for (const filter of [`${path} pr`, `${path} eq "x"`, `emails[${path} pr]`]) {
      attempt(() =>
        expect(matchesFilter(resolveFilter(parseFilter(filter), userResourceType), document)).toBe(false),
      );
    }
    for (const parameter of ['attributes', 'excludedAttributes']) {
      attempt(() => {
        const projection = parseProjection({ [parameter]: path }, userResourceType);
        expect(
          Object.keys(project(userResourceType, { id: 'x', ...document }, projection)).filter((name) =>
            NAMES.includes(name),
          ),
        ).toEqual([]);
      });
    }
    attempt(() =>
      parseListQuery(
        new URLSearchParams([
          ['sortBy', path],
          [path, path],
        ]),
      ),
    );
    attempt(() => parseSearchRequest(json(`{${JSON.stringify(path)}:${VALUES[3]}}`)));
    attempt(() =>
      defineSchema(json(`{"id":"urn:x:y","name":"x","attributes":[{"name":${JSON.stringify(path)}}]}`)),
    );
  });

  it('stays data in bulk', () => {
    const data = `{"userName":"jo",${JSON.stringify(path)}:{"polluted":"bulkId:a"}}`;
    const body = json(
      `{"Operations":[{"method":"POST","bulkId":"a","path":"/Users","data":${data}}],"__proto__":{"polluted":1}}`,
    );
    const { operations } = parseBulk(body, { operationsMax: 10 }, [userResourceType]);
    const step = operations[0]!;
    if (step.kind !== 'step') throw new Error('The operation was refused.');
    const resolved = resolveBulkReferences(step.data, new Map([['a', 'id-a']]));
    expect(parseResource(userResourceType, resolved, 'create').document).toEqual({ userName: 'jo' });
  });
});

it('does not render what an inherited name would find', () => {
  const stored = {
    id: 'u',
    document: json('{"userName":"jo","__proto__":{"title":"T"}}') as never,
    version: 1,
    createdAt: '',
    lastModified: '',
  };
  expect(renderResource(userResourceType, stored, { baseUrl: '' })).not.toHaveProperty('title');
});
