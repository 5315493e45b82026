import { describe, expect, it } from '@jest/globals';
import { parseFilter } from './filter/parse-filter.js';
import { resolveFilter } from './filter/resolve-filter.js';
import { matchesFilter } from './filter/matches-filter.js';
import { parsePatch } from './intake/parse-patch.js';
import { parseResource } from './intake/parse-resource.js';
import { renderResource } from './messages/render-resource.js';
import { applyPatch } from './patch/apply-patch.js';
import { patchFromJson, untypedPatchFromJson } from './patch/patch-from-json.js';
import { replaceDocument } from './patch/replace-document.js';
import { parseProjection } from './projection/parse-projection.js';
import { type ResourceType } from './schema/resource-type.js';
import { defineTenantSchemas } from './schema/tenant-schemas.js';
import { plain, refusalOf } from './testing/plain.js';

/** Everything a tenant may call its attributes, and none of it is what the standard means by the name. */
const LIKE = 'urn:example:2.0:Like';
const LIKE_MORE = 'urn:example:2.0:Like:more';
const VERSIONED = 'urn:example:passes:2.0';
const complex = (name: string, parts: readonly object[], more: object = {}): object => ({
  name,
  type: 'complex',
  subAttributes: parts,
  ...more,
});

const types = defineTenantSchemas({
  schemas: [
    {
      id: LIKE,
      name: 'Like',
      attributes: [
        { name: 'userName', type: 'integer' },
        { name: 'active', type: 'boolean' },
        { name: 'password' },
        complex('members', [{ name: 'value' }, { name: 'displayName' }], { multiValued: true }),
        complex('roles', [{ name: 'value' }, { name: 'display' }], { multiValued: true }),
        complex('manager', [{ name: 'value' }, { name: 'managerId' }]),
        complex('secret', [
          { name: 'value', returned: 'never' },
          { name: 'hint', returned: 'request' },
        ]),
        complex('seal', [{ name: 'number', mutability: 'immutable' }, { name: 'note' }], {
          returned: 'always',
        }),
        complex('shown', [{ name: 'a' }, { name: 'b', returned: 'request' }], { returned: 'always' }),
        { name: 'onRequest', returned: 'request' },
        complex('stamp', [{ name: 'a' }, { name: 'b' }], { mutability: 'immutable' }),
        { name: 'marks', multiValued: true, mutability: 'immutable' },
        complex('parent', [
          { name: 'value' },
          { name: '$ref', type: 'reference', mutability: 'readOnly', referenceTypes: ['Like'] },
        ]),
        complex(
          'links',
          [
            { name: 'value' },
            { name: 'type' },
            { name: 'note' },
            { name: 'count', type: 'integer' },
            { name: 'at', type: 'dateTime' },
            { name: 'bytes', type: 'binary' },
            { name: '$ref', type: 'reference', mutability: 'readOnly', referenceTypes: ['external'] },
          ],
          { multiValued: true },
        ),
      ],
    },
    {
      id: LIKE_MORE,
      name: 'LikeMore',
      attributes: [
        { name: 'colour', required: true },
        { name: 'serial', mutability: 'immutable' },
      ],
    },
    { id: VERSIONED, name: 'Versioned', attributes: [{ name: 'level', type: 'integer' }] },
  ],
  resourceTypes: [
    {
      name: 'Like',
      endpoint: '/Likes',
      schema: LIKE,
      schemaExtensions: [{ schema: LIKE_MORE }, { schema: VERSIONED }],
    },
  ],
});
const like: ResourceType = types.own[0]!;

const read = (body: object): ReturnType<typeof parseResource>['document'] =>
  parseResource(like, body, 'create').document;
const patched = (before: object, ...operations: object[]): unknown => {
  const parsed = parsePatch(like, { Operations: operations });
  const sent = patchFromJson(like, plain({ operations: parsed.operations }));
  return plain(applyPatch(like, read(before), sent).document);
};

describe('an attribute that is called like a standard one means what its own schema says', () => {
  it.each([
    ['userName is a number', { userName: 7 }],
    ['a password is kept where the schema says so', { password: 'p' }],
    ['members keep their displayName', { members: [{ value: 'a', displayName: 'A' }] }],
    ['roles keep JSON as text', { roles: [{ value: '{"value":"25","displayName":"Role"}' }] }],
    ['a manager has a managerId', { manager: { managerId: 'm' } }],
  ])('%s', (_name, body) => expect(plain(read(body))).toEqual(body));

  it('active is unassigned by null', () => {
    expect(patched({ active: false, userName: 1 }, { op: 'replace', path: 'active', value: null })).toEqual({
      userName: 1,
    });
  });

  it('members are patched in the document', () => {
    expect(
      patched(
        { members: [{ value: 'a' }] },
        { op: 'replace', path: 'members[value eq "a"].displayName', value: 'A' },
      ),
    ).toEqual({ members: [{ value: 'a', displayName: 'A' }] });
  });
});

describe('the URN of a schema', () => {
  it.each([
    ['that continues another', LIKE_MORE, 'colour', 'red'],
    ['that ends in a version', VERSIONED, 'level', 3],
  ])('%s is a path, and a key of a value', (_name, urn, attribute, value) => {
    const expected = { [urn]: { [attribute]: value } };
    const more = urn === LIKE_MORE ? {} : { [LIKE_MORE]: { colour: 'red' } };
    for (const operation of [
      { op: 'add', path: urn, value: { [attribute]: value } },
      { op: 'add', path: `${urn}:${attribute}`, value },
      { op: 'add', value: { [urn]: { [attribute]: value } } },
      { op: 'add', value: { [`${urn}:${attribute}`]: value } },
    ]) {
      expect(patched(more, operation)).toEqual({ ...more, ...expected });
    }
    expect(patched({ ...more, userName: 1, ...expected }, { op: 'remove', path: VERSIONED })).toEqual({
      ...more,
      userName: 1,
      ...(urn === VERSIONED ? {} : expected),
    });
  });

  it('selects what it has in a projection', () => {
    const shown = render({ userName: 1, [VERSIONED]: { level: 3 } }, { attributes: VERSIONED });
    expect(shown).toMatchObject({ [VERSIONED]: { level: 3 } });
    expect(shown).not.toHaveProperty('userName');
  });

  it('is no attribute of a filter', () => {
    for (const urn of [LIKE, LIKE_MORE, VERSIONED])
      expect(refusalOf(() => resolveFilter(parseFilter(`${urn} pr`), like)).scimType).toBe('invalidFilter');
    const filter = resolveFilter(parseFilter(`${VERSIONED}:level gt 2`), like);
    expect(matchesFilter(filter, read({ [VERSIONED]: { level: 3 } }))).toBe(true);
  });
});

function render(body: object, parameters: { attributes?: string; excludedAttributes?: string } = {}): object {
  const stored = { id: 'x', document: read(body), version: 1, createdAt: 'c', lastModified: 'm' };
  return plain(
    renderResource(like, stored, { baseUrl: '', projection: parseProjection(parameters, like), types }),
  ) as object;
}

describe('what is never returned', () => {
  const body = { secret: { value: 's', hint: 'h' } };

  it('leaves nothing behind when it was all there was', () => {
    expect(render(body)).not.toHaveProperty('secret');
    expect(render(body, { attributes: 'secret' })).not.toHaveProperty('secret');
    expect(render(body, { attributes: 'secret.value' })).not.toHaveProperty('secret');
    expect(render(body, { attributes: 'secret.hint' })).toHaveProperty('secret', { hint: 'h' });
  });

  it('cannot be found out by comparing the whole', () => {
    for (const text of ['secret eq "s"', 'secret.value eq "s"', 'secret sw "s"', 'secret[value eq "s"]'])
      expect(refusalOf(() => resolveFilter(parseFilter(text), like))).toEqual({
        status: 403,
        scimType: 'sensitive',
      });
  });
});

describe('what is always returned', () => {
  const body = { seal: { number: '1', note: 'n' }, shown: { a: '1', b: '2' }, onRequest: 'r', userName: 1 };

  it('is there whatever is asked for, with the parts that are asked for beside', () => {
    expect(render(body, { attributes: 'userName' })).toMatchObject({ seal: body.seal, shown: { a: '1' } });
    expect(render(body, { attributes: 'shown.b' })).toMatchObject({ shown: { a: '1', b: '2' } });
    expect(render(body, { excludedAttributes: 'seal,shown.a' })).toMatchObject({
      seal: body.seal,
      shown: { a: '1' },
    });
  });

  it('is not the same as asked for by the URN of the schema', () => {
    expect(render(body, { attributes: LIKE })).not.toHaveProperty('onRequest');
    expect(render(body, { attributes: `${LIKE}:onRequest` })).toHaveProperty('onRequest', 'r');
  });
});

describe('an immutable part', () => {
  const before = read({ seal: { number: '1', note: 'n' } });

  it('stays when the value is replaced, and goes with the value', () => {
    expect(plain(replaceDocument(like, before, read({ seal: { note: 'o' } })).document)).toEqual({
      seal: { number: '1', note: 'o' },
    });
    expect(plain(replaceDocument(like, before, read({ userName: 1 })).document)).toEqual({ userName: 1 });
    expect(refusalOf(() => replaceDocument(like, before, read({ seal: { number: '2' } })))).toEqual({
      status: 400,
      scimType: 'mutability',
    });
  });

  it('cannot be changed in place by a patch', () => {
    for (const operation of [
      { op: 'replace', path: 'seal.number', value: '2' },
      { op: 'remove', path: 'seal.number' },
      { op: 'replace', path: 'seal', value: { number: '2' } },
    ]) {
      expect(refusalOf(() => patched({ seal: { number: '1' } }, operation)).scimType).toBe('mutability');
    }
  });

  it('of an extension that is left out is refused where the rest would lack what is required', () => {
    const whole = read({ [LIKE_MORE]: { colour: 'red', serial: 's' } });
    expect(refusalOf(() => replaceDocument(like, whole, read({ userName: 1 })))).toEqual({
      status: 400,
      scimType: 'invalidValue',
    });
  });
});

describe('an immutable attribute that was not set', () => {
  it.each([
    [
      'a complex one, whole',
      [{ op: 'add', path: 'stamp', value: { a: '1', b: '2' } }],
      { stamp: { a: '1', b: '2' } },
    ],
    [
      'a complex one, without a path',
      [{ op: 'add', value: { stamp: { a: '1', b: '2' } } }],
      { stamp: { a: '1', b: '2' } },
    ],
    [
      'a list, by two operations',
      [
        { op: 'add', path: 'marks', value: ['a'] },
        { op: 'add', path: 'marks', value: ['b'] },
      ],
      { marks: ['a', 'b'] },
    ],
  ])('can be set: %s', (_name, operations, expected) => {
    expect(patched({ userName: 1 }, ...operations)).toEqual({ userName: 1, ...expected });
    expect(patched({ userName: 1, ...expected }, ...operations)).toEqual({ userName: 1, ...expected });
  });

  it.each([
    ['another part', { stamp: { a: '1' } }, { op: 'add', path: 'stamp.b', value: '2' }],
    ['another value', { marks: ['a'] }, { op: 'add', path: 'marks', value: ['b'] }],
    ['nothing', { marks: ['a'] }, { op: 'remove', path: 'marks' }],
  ])('and then stays without %s', (_name, before, operation) => {
    expect(refusalOf(() => patched(before, operation)).scimType).toBe('mutability');
  });
});

describe('what the filter of a path says of a value that it creates', () => {
  const add = (filter: string): unknown =>
    patched({}, { op: 'add', path: `links[${filter}].note`, value: 'n' });

  it('is a value like any other', () => {
    expect(add('value eq "v" and count eq "3" and at eq "2020-01-01"')).toEqual({
      links: [{ value: 'v', count: 3, at: '2020-01-01T00:00:00.000Z', note: 'n' }],
    });
  });

  it.each([
    ['a fraction for an integer', 'count eq 1.5', 'invalidValue'],
    ['an integer out of range', 'count eq 99999999999', 'invalidValue'],
    ['no base64', 'bytes eq "no!"', 'invalidValue'],
    ['what only the service makes', '$ref eq "https://elsewhere.test"', 'noTarget'],
  ])('cannot be %s', (_name, filter, scimType) => {
    expect(refusalOf(() => add(`value eq "v" and ${filter}`))).toEqual({ status: 400, scimType });
  });
});

describe('references that the service makes', () => {
  it('lead to the types that the tenant has, by what the value or the schema says', () => {
    const links = [
      { value: 'a b', type: 'Like' },
      { value: 'g', type: 'Group' },
      { value: 'n', type: 'Nothing' },
    ];
    expect(render({ parent: { value: 'p' }, links })).toMatchObject({
      parent: { value: 'p', $ref: '/Likes/p' },
      links: [{ $ref: '/Likes/a%20b' }, { $ref: '/Groups/g' }, { value: 'n' }],
    });
  });
});

describe('a patch that is carried by its form alone', () => {
  it('is what went in, without a prototype', () => {
    const body = {
      Operations: [
        { op: 'add', value: { userName: 3, members: [{ value: 'a' }], [VERSIONED]: { level: 1 } } },
      ],
    };
    const { operations } = parsePatch(like, body);
    const carried = untypedPatchFromJson(plain({ operations }));
    expect(plain(carried)).toEqual(plain({ operations }));
    expect(patchFromJson(like, plain(carried))).toEqual({ operations });
    const [, members] = carried.operations;
    expect(Object.getPrototypeOf((members as { value: readonly object[] }).value[0])).toBeNull();
  });

  it.each([
    ['no patch', null, 'invalidSyntax'],
    ['no list', { operations: {} }, 'invalidSyntax'],
    ['an operation that is none', { operations: [7] }, 'invalidSyntax'],
    ['another op', { operations: [{ op: 'move', path: { attribute: 'a' } }] }, 'invalidPath'],
    ['a path that is text', { operations: [{ op: 'remove', path: 'a' }] }, 'invalidPath'],
    ['a polluting path', { operations: [{ op: 'remove', path: { attribute: '__proto__' } }] }, 'invalidPath'],
    [
      'a URN that is none',
      { operations: [{ op: 'remove', path: { schema: 'x', attribute: 'a' } }] },
      'invalidPath',
    ],
    ['no value', { operations: [{ op: 'add', path: { attribute: 'a' } }] }, 'invalidValue'],
    ['null', { operations: [{ op: 'add', path: { attribute: 'a' }, value: null }] }, 'invalidValue'],
    [
      'a polluting value',
      JSON.parse('{"operations":[{"op":"add","path":{"attribute":"a"},"value":{"__proto__":{"x":1}}}]}'),
      'invalidValue',
    ],
    [
      'values that are no list',
      { operations: [{ op: 'remove', path: { attribute: 'a' }, values: 1 }] },
      'invalidValue',
    ],
  ])('is refused for %s', (_name, json, scimType) => {
    expect(refusalOf(() => untypedPatchFromJson(json)).scimType).toBe(scimType);
    expect(Object.keys(Object.prototype)).toEqual([]);
  });

  it('has a limit of its steps', () => {
    const operations = Array.from({ length: 10_001 }, () => ({ op: 'remove', path: { attribute: 'a' } }));
    expect(refusalOf(() => untypedPatchFromJson({ operations })).status).toBe(413);
  });
});
