import {
  COMPARISON_OPERATORS,
  resolveFilter,
  userResourceType,
  type AttributeDefinition,
  type AttributeReference,
  type Filter,
  type ResolvedFilter,
  type ResourceType,
  type ScimDocument,
  type ScimValue,
} from '@muster/scim';
import fc from 'fast-check';

/** Random resources and filters: the SCIM engine and the database are asked the same questions about them. */
const EPOCH_MS = Date.UTC(2026, 0, 1);

export const uuidOf = (kind: number, position: number): string =>
  `0192f0c1-000${kind}-7000-8000-${position.toString(16).padStart(12, '0')}`;

/** Words that tell wrong folding, escaping and ordering apart from right ones. */
const WORDS = [
  '',
  'a',
  'A',
  'Ab',
  'aB',
  'b',
  '%',
  '_',
  'a%',
  '\\',
  '"',
  "'",
  'ß',
  'SS',
  'İ',
  'i̇',
  'Σ',
  'ς',
  'σ',
  'ΑΣ',
  'ﬁ',
  'FI',
  'é',
  'É',
  'ａ',
  '𐐀',
  '𐐨',
  '\uffff',
  'true',
  '1',
  'work',
  'Work',
  'home',
];
const INTEGERS = [-1, 0, 1, 2, 10, 2_147_483_647];
const DECIMALS = [-0.5, 0.1, 2.5, 1e-7, 1e21];
const TIMES = [
  '2026-01-01T00:01:00Z',
  '2026-01-01T01:01:00+01:00',
  '2026-01-01T00:01:00.001Z',
  '2025-12-31T23:59:59-05:00',
  '0001-01-01T00:00:00Z',
];
const word = fc.constantFrom(...WORDS);
const attributeText = fc.oneof(
  word,
  fc.tuple(word, word).map((words) => words.join('')),
);

const complexValue = (...names: string[]): fc.Arbitrary<ScimDocument> =>
  fc.record(
    {
      ...Object.fromEntries(names.map((name) => [name, attributeText])),
      type: fc.constantFrom('work', 'Work', 'home', 'ｗork'),
      primary: fc.boolean(),
    },
    { requiredKeys: [] },
  );

export const userDocument: fc.Arbitrary<ScimDocument> = fc.record(
  {
    userName: attributeText,
    externalId: attributeText,
    displayName: attributeText,
    title: attributeText,
    active: fc.boolean(),
    profileUrl: attributeText,
    name: fc.record({ givenName: attributeText, familyName: attributeText }, { requiredKeys: [] }),
    emails: fc.array(complexValue('value', 'display'), { maxLength: 3 }),
    phoneNumbers: fc.array(complexValue('value'), { maxLength: 2 }),
    addresses: fc.array(complexValue('country', 'locality'), { maxLength: 2 }),
    x509Certificates: fc.array(complexValue('value'), { maxLength: 1 }),
    'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User': fc.record(
      {
        department: attributeText,
        employeeNumber: attributeText,
        manager: fc.record({ value: attributeText }, { requiredKeys: [] }),
      },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: ['userName'] },
);

export const groupDocument = fc.record(
  { displayName: attributeText, externalId: attributeText },
  { requiredKeys: ['displayName'] },
) as fc.Arbitrary<ScimDocument>;

/** Resources of any type by its schemas: what is optional may be missing, required sub-attributes too (filters do not care). */
export function documentOf(resourceType: ResourceType): fc.Arbitrary<ScimDocument> {
  const own = recordOf([...resourceType.schema.attributes]);
  const extensions = resourceType.extensions.map(({ schema }) => [
    schema.id,
    recordOf([...schema.attributes]),
  ]);
  return fc
    .tuple(
      own,
      fc.record({ externalId: attributeText }, { requiredKeys: [] }),
      fc.record(Object.fromEntries(extensions) as Record<string, fc.Arbitrary<ScimDocument>>, {
        requiredKeys: [],
      }),
    )
    .map((parts) => Object.assign({}, ...parts) as ScimDocument);
}

function recordOf(definitions: readonly AttributeDefinition[]): fc.Arbitrary<ScimDocument> {
  const kept = definitions.filter(
    ({ mutability }) => mutability !== 'readOnly' && mutability !== 'writeOnly',
  );
  const fields = kept.map((definition) => {
    const one = valueOf(definition);
    return [definition.name, definition.multiValued ? fc.array(one, { maxLength: 3 }) : one] as const;
  });
  return fc.record(Object.fromEntries(fields), { requiredKeys: [] }) as fc.Arbitrary<ScimDocument>;
}

function valueOf({ type, subAttributes }: AttributeDefinition): fc.Arbitrary<ScimValue> {
  switch (type) {
    case 'boolean':
      return fc.boolean();
    case 'integer':
      return fc.constantFrom(...INTEGERS);
    case 'decimal':
      return fc.constantFrom(...INTEGERS, ...DECIMALS);
    case 'dateTime':
      return fc.constantFrom(...TIMES);
    case 'binary':
      return fc.constantFrom('TWFu', 'TWE=', 'dHdv');
    case 'complex':
      return recordOf([...subAttributes]);
    case 'string':
    case 'reference':
      return attributeText;
  }
}

export const time = fc.integer({ min: 0, max: 5 }).map((minutes) => new Date(EPOCH_MS + minutes * 60_000));
const unsupportedAttributes = new Set(['meta.version', 'meta.location']);

/** The gateway makes these, and the directory refuses filters on them. */
function isSupported(attribute: string, sub: AttributeDefinition): boolean {
  return (
    !unsupportedAttributes.has(`${attribute}.${sub.name}`) &&
    (sub.name !== '$ref' || sub.mutability !== 'readOnly')
  );
}

/** All attributes that can stand in a filter: plain, sub-attributes, extensions. */
function referencesOf(resourceType: ResourceType): AttributeReference[] {
  const sets = [
    { attributes: [...resourceType.attributes] },
    ...resourceType.extensions.map(({ schema }) => ({
      schema: schema.id,
      attributes: [...schema.attributes],
    })),
  ];
  return sets.flatMap(({ attributes, ...home }) =>
    attributes.flatMap((definition: AttributeDefinition) => [
      { ...home, attribute: definition.name },
      ...[...definition.subAttributes]
        .filter((sub) => isSupported(definition.name, sub))
        .map((sub) => ({
          ...home,
          attribute: definition.name,
          subAttribute: sub.name,
        })),
    ]),
  );
}

const subComparison = (attribute: string, values: readonly string[]): fc.Arbitrary<Filter> =>
  fc.record({
    kind: fc.constant('comparison' as const),
    path: fc.constant({ attribute }),
    operator: fc.constantFrom(...COMPARISON_OPERATORS),
    value: fc.constantFrom(...values),
  });

/** What connectors join on: `emails[type eq "work"].value eq "x"` and its relatives, which a table of its own answers. */
const joinOnEmail: fc.Arbitrary<Filter> = fc
  .record({
    kind: fc.constantFrom('and' as const, 'or' as const),
    filters: fc.tuple(
      subComparison('value', ['', 'a', 'A', 'b', 'ss', 'e', 'σ']),
      fc.oneof(
        subComparison('type', ['work', 'HOME', 'w']),
        subComparison('display', ['a', 'b']),
        subComparison('value', ['a', 'b']),
      ),
    ),
  })
  .map((filter) => ({ kind: 'valuePath', path: { attribute: 'emails' }, filter }));

const groupIds = Array.from({ length: 32 }, (_, n) => uuidOf(2, n));

/** Who is in a group, whether through others or not: found from the group on downwards. */
const joinOnGroup: fc.Arbitrary<Filter> = fc
  .record({
    kind: fc.constantFrom('and' as const, 'or' as const),
    filters: fc.tuple(
      fc.oneof(subComparison('value', groupIds), subComparison('display', ['', 'a', 'ab', 'ss', 'work'])),
      fc.oneof(
        { weight: 3, arbitrary: subComparison('type', ['direct', 'INDIRECT', 'in', 'x']) },
        { weight: 1, arbitrary: subComparison('value', groupIds) },
      ),
    ),
  })
  .map((filter) => ({ kind: 'valuePath', path: { attribute: 'groups' }, filter }));

const joinsOnUsers = [joinOnEmail, joinOnGroup].map((arbitrary) => ({ weight: 1, arbitrary }));

const literal = fc.oneof(
  attributeText,
  fc.boolean(),
  fc.constant(null),
  fc.constantFrom(...INTEGERS, ...DECIMALS),
  fc.constantFrom(...TIMES, 'TWFu'),
  fc.integer({ min: 0, max: 20 }).map((n) => uuidOf(1, n)),
  fc.integer({ min: 0, max: 31 }).map((n) => uuidOf(2, n)),
  fc.constantFrom(
    'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User',
    'User',
    'Group',
    'direct',
    'DIRECT',
    'indirect',
  ),
  time.map((at) => at.toISOString()),
  fc.constantFrom('0001-01-01', '-0500-01-01T00:00:00Z', '9999-12-31T23:59:59+14:00'),
);

export function filterOf(resourceType: ResourceType): fc.Arbitrary<ResolvedFilter> {
  const references = referencesOf(resourceType).filter(({ attribute }) => attribute !== 'password');
  const containers = [...resourceType.attributes].filter(
    (each) => each.type === 'complex' && each.name !== 'meta',
  );
  const operator = fc.constantFrom(...COMPARISON_OPERATORS);
  const clause = (path: fc.Arbitrary<AttributeReference>): fc.Arbitrary<Filter> =>
    fc.oneof(
      {
        weight: 4,
        arbitrary: fc.record({ kind: fc.constant('comparison' as const), path, operator, value: literal }),
      },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('present' as const), path }) },
    );
  const joined = (leaf: fc.Arbitrary<Filter>, depth: number): fc.Arbitrary<Filter> => {
    if (depth === 0) return leaf;
    const inner = joined(leaf, depth - 1);
    return fc.oneof(
      { weight: 3, arbitrary: leaf },
      {
        weight: 1,
        arbitrary: fc.record({
          kind: fc.constantFrom('and' as const, 'or' as const),
          filters: fc.array(inner, { minLength: 2, maxLength: 3 }),
        }),
      },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('not' as const), filter: inner }) },
    );
  };
  const valuePath = fc.constantFrom(...containers).chain((container) => {
    const subs = [...container.subAttributes].filter((sub) => isSupported(container.name, sub));
    const path = fc.constantFrom(...subs).map((sub) => ({ attribute: sub.name }));
    return joined(clause(path), 2).map((filter): Filter => ({
      kind: 'valuePath',
      path: { attribute: container.name },
      filter,
    }));
  });
  const leaf = fc.oneof(
    { weight: 3, arbitrary: clause(fc.constantFrom(...references)) },
    { weight: 1, arbitrary: valuePath },
    ...(resourceType === userResourceType ? joinsOnUsers : []),
  );
  return joined(leaf, 2)
    .map((filter) => resolvedOrNull(filter, resourceType))
    .filter((filter) => filter !== null);
}

/** Random filters compare anything with anything; those that the schema refuses are not the compiler's concern. */
function resolvedOrNull(filter: Filter, resourceType: ResourceType): ResolvedFilter | null {
  try {
    return resolveFilter(filter, resourceType);
  } catch {
    return null;
  }
}
