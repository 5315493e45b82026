import { type RawObject } from '../document/raw-object.js';
import { type AttributeDefinition } from '../schema/attribute-definition.js';
import { type PatchTolerance } from '../patch/patch-tolerance.js';
import { enterpriseUserSchema } from '../schema/enterprise-user-schema.js';
import { groupSchema } from '../schema/group-schema.js';
import { type Tolerance } from '../schema/tolerance.js';
import { userSchema } from '../schema/user-schema.js';
import { booleanAsText } from './boolean-as-text.js';
import { flatKeys } from './flat-keys.js';
import { listForSingleValue } from './list-for-single-value.js';
import { managerId } from './manager-id.js';
import { memberDisplayName } from './member-display-name.js';
import { misspeltSchemaUrn } from './misspelt-schema-urn.js';
import { objectForSimpleValue } from './object-for-simple-value.js';
import { operatorCase } from './operator-case.js';
import { roleAsJsonText } from './role-as-json-text.js';
import { singleValueForList } from './single-value-for-list.js';
import { textForReference } from './text-for-reference.js';

/** In the order they are tried; the first that answers wins. */
const MISTYPED: readonly ((definition: AttributeDefinition, raw: unknown) => unknown)[] = [
  booleanAsText,
  textForReference,
  listForSingleValue,
  objectForSimpleValue,
];

/**
 * Each reshapes the values of one attribute, so that all others pay one look-up. Of the standard schemas alone: a tenant's own
 * attribute of the same name means what its own schema says.
 */
const RESHAPED = new Map<
  AttributeDefinition | undefined,
  (definition: AttributeDefinition, raw: RawObject) => RawObject
>([
  [userSchema.attributes.find('roles'), roleAsJsonText],
  [enterpriseUserSchema.attributes.find('manager'), managerId],
  [groupSchema.attributes.find('members'), memberDisplayName],
]);
const ACTIVE = userSchema.attributes.find('active');

/** Everything real clients get wrong in values, tolerated at once. */
export const CLIENT_TOLERANCE: Tolerance = {
  mistyped(definition, raw) {
    for (const quirk of MISTYPED) {
      const other = quirk(definition, raw);
      if (other !== undefined) return other;
    }
    return undefined;
  },
  notList: singleValueForList,
  reshape(definition, raw) {
    return RESHAPED.get(definition)?.(definition, raw) ?? raw;
  },
  emptyTextUnassigns: true,
  misnamedSchema: misspeltSchemaUrn,
};

/**
 * The same in PATCH. `removesListedValues`: Entra without its flag removes a member by `remove`, path `members`, with the
 * member as value; taking that for "remove all" empties the group. `keepsWhenEmpty`: an expression for `active` that yields
 * nothing must not let a disabled user in again, which unassigning it would; `remove` by name still does.
 */
export const CLIENT_PATCH_TOLERANCE: PatchTolerance = {
  ...CLIENT_TOLERANCE,
  operator: operatorCase,
  key: flatKeys,
  removesListedValues: true,
  keepsWhenEmpty: (definition) => definition === ACTIVE,
};
