import fc from 'fast-check';
import { type WireOperation } from './reference-patch.js';

const ENT = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

const word = fc.constantFrom('a', 'b', 'B', 'ab');
const type = fc.constantFrom('work', 'home', 'Work');
const orNull = (each: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 4, arbitrary: each }, { weight: 1, arbitrary: fc.constant(null) });

const email = fc.record(
  { value: word, type, primary: fc.boolean(), display: word },
  { requiredKeys: ['value'] },
);
const emails = fc.array(email, { minLength: 1, maxLength: 3 }).map(onePrimary);

const clause = fc.oneof(
  fc
    .tuple(fc.constantFrom('type', 'value'), fc.constantFrom('eq', 'eq', 'ne', 'co'), fc.oneof(type, word))
    .map(([sub, operator, literal]) => `${sub} ${operator} "${literal}"`),
  fc.boolean().map((literal) => `primary eq ${literal}`),
);
const filter = fc.oneof(
  { weight: 4, arbitrary: type.map((literal) => `type eq "${literal}"`) },
  { weight: 2, arbitrary: clause },
  {
    weight: 1,
    arbitrary: fc.tuple(clause, fc.constantFrom(' and ', ' or '), clause).map((parts) => parts.join('')),
  },
);

const sub = fc.oneof(
  fc.tuple(fc.constantFrom('value', 'display'), word),
  fc.tuple(fc.constant('type'), type),
  fc.tuple(fc.constant('primary'), fc.boolean()),
);

/** A path and a value that suits it. */
const target: fc.Arbitrary<readonly [string, unknown]> = fc.oneof(
  fc.tuple(
    fc.constantFrom(
      'title',
      'name.givenName',
      'name.familyName',
      `${ENT}:department`,
      `${ENT}:manager.value`,
    ),
    orNull(word),
  ),
  fc.tuple(fc.constant('userName'), word),
  fc.tuple(fc.constant('active'), orNull(fc.boolean())),
  fc.tuple(
    fc.constant('name'),
    fc.record({ givenName: orNull(word), familyName: orNull(word) }, { requiredKeys: [] }),
  ),
  fc.tuple(fc.constant(`${ENT}:manager`), fc.record({ value: orNull(word) })),
  fc.tuple(fc.constant('emails'), emails),
  fc.tuple(filter, sub).map(([text, [name, value]]) => [`emails[${text}].${name}`, value] as const),
  fc.tuple(filter, email).map(([text, value]) => [`emails[${text}]`, value] as const),
  sub.map(([name, value]) => [`emails.${name}`, value] as const),
);

const set: fc.Arbitrary<WireOperation> = fc
  .tuple(fc.constantFrom('add' as const, 'replace' as const), target)
  .map(([op, [path, value]]) => ({ op, path, value }));

const remove: fc.Arbitrary<WireOperation> = fc
  .tuple(target, fc.integer({ min: 0, max: 9 }))
  .map(([[path], chance]) => ({ op: 'remove', path: path === 'userName' && chance > 0 ? 'title' : path }));

const pathless: fc.Arbitrary<WireOperation> = fc
  .tuple(
    fc.constantFrom('add' as const, 'replace' as const),
    fc.record(
      {
        title: orNull(word),
        active: fc.boolean(),
        emails,
        name: fc.record({ givenName: word }),
        [ENT]: fc.record(
          { department: orNull(word), manager: fc.record({ value: word }) },
          { requiredKeys: [] },
        ),
      },
      { requiredKeys: [] },
    ),
  )
  .map(([op, value]) => ({ op, value }));

/** Operations by the letter of the RFC on the attributes `referencePatch` knows. */
export const arbitraryOperations: fc.Arbitrary<readonly WireOperation[]> = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: set },
    { weight: 2, arbitrary: remove },
    { weight: 1, arbitrary: pathless },
  ),
  { minLength: 1, maxLength: 6 },
);

/** A client that sends two primaries is another test's business. */
function onePrimary<T extends { primary?: boolean | undefined }>(values: readonly T[]): T[] {
  const first = values.findIndex(({ primary }) => primary === true);
  return values.map((value, position) =>
    value.primary === true && position !== first ? { ...value, primary: false } : value,
  );
}
