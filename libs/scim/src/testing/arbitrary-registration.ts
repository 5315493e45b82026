import fc from 'fast-check';

/** Names that mean something elsewhere: in the standard schemas, in filters, in the protocol, in JavaScript. */
const TELLING_NAMES = [
  'members',
  'groups',
  'password',
  'active',
  'userName',
  'displayName',
  'emails',
  'roles',
  'manager',
  'primary',
  'value',
  'type',
  'display',
  'not',
  'and',
  'or',
  'eq',
  'pr',
  'true',
  'null',
  'Operations',
  'length',
  'name',
];

const attributeName = fc.oneof(
  fc.constantFrom(...TELLING_NAMES),
  fc.stringMatching(/^[A-Za-z][A-Za-z0-9_-]{0,12}$/).filter((name) => !(name in Object.prototype)),
);

const scalarType = fc.constantFrom(
  'string',
  'boolean',
  'decimal',
  'integer',
  'dateTime',
  'reference',
  'binary',
);
const text = fc.string({ unit: 'grapheme', maxLength: 12 }).filter((each) => !each.includes('\0'));

/** Characteristics that go together; whether they may be required is decided by what they are. */
const characteristics = fc
  .record(
    {
      mutability: fc.constantFrom('readOnly', 'readWrite', 'immutable', 'writeOnly'),
      returned: fc.constantFrom('always', 'never', 'default', 'request'),
      required: fc.boolean(),
      caseExact: fc.boolean(),
      description: text,
      canonicalValues: fc.array(text, { maxLength: 3 }),
    },
    { requiredKeys: [] },
  )
  .map(({ required, ...others }) => {
    if (others.mutability === 'writeOnly') return { ...others, returned: 'never' };
    return required === undefined || others.mutability === 'readOnly' ? others : { ...others, required };
  });

function named<T>(each: fc.Arbitrary<T>): fc.Arbitrary<(T & { name: string })[]> {
  return fc.uniqueArray(
    fc.record({ name: attributeName, rest: each }).map(({ name, rest }) => ({ name, ...rest })),
    { selector: ({ name }) => name.toLowerCase(), minLength: 1, maxLength: 6 },
  );
}

const simple = fc
  .record({ type: scalarType, more: characteristics, multiValued: fc.boolean() })
  .map(({ type, more, multiValued }) => ({ type, multiValued, ...more }));

const part = fc
  .record({ type: scalarType, more: characteristics })
  .map(({ type, more }) => ({ type, ...more }));

const complex = fc
  .record({ subAttributes: named(part), multiValued: fc.boolean() })
  .map((each) => ({ type: 'complex', ...each }));

const unique = fc
  .record({ type: fc.constantFrom('string', 'reference'), caseExact: fc.boolean() })
  .map((each) => ({ ...each, uniqueness: 'server' }));

const attributes = named(
  fc.oneof(
    { weight: 5, arbitrary: simple },
    { weight: 2, arbitrary: complex },
    { weight: 1, arbitrary: unique },
  ),
);

const COMMON = ['schemas', 'id', 'externalid', 'meta'];

/** Registrations as a tenant may send them: one to three types of its own, extensions of them and of the standard types. */
export const arbitraryRegistration: fc.Arbitrary<object> = fc
  .record({
    cores: fc.array(attributes, { minLength: 1, maxLength: 3 }),
    extensions: fc.array(attributes, { maxLength: 3 }),
    versioned: fc.boolean(),
    required: fc.boolean(),
  })
  .map(({ cores, extensions, versioned, required }) => {
    const coreSchemas = cores.map((list, n) => ({
      id: `urn:example:core:Kind${n}`,
      name: `Kind${n}`,
      attributes: list.filter(({ name }) => !COMMON.includes(name.toLowerCase())),
    }));
    const extensionSchemas = extensions.map((list, n) => ({
      id: `urn:example:extension${n}:${versioned ? '2.0' : 'More'}`,
      name: `Extension${n}`,
      attributes: [...list, { name: `supplied${n}` }].filter(uniqueName),
    }));
    const schemaExtensions = extensionSchemas.map(({ id }) => ({ schema: id, required }));
    return {
      schemas: [...coreSchemas, ...extensionSchemas],
      resourceTypes: [
        ...coreSchemas.map(({ id, name }) => ({ name, endpoint: `/${name}s`, schema: id, schemaExtensions })),
        ...(extensions.length === 0
          ? []
          : [
              { name: 'User', schemaExtensions },
              { name: 'Group', schemaExtensions },
            ]),
      ],
    };
  });

function uniqueName({ name }: { name: string }, position: number, all: readonly { name: string }[]): boolean {
  return all.findIndex((each) => each.name.toLowerCase() === name.toLowerCase()) === position;
}
