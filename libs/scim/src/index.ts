export { SCIM_TYPES, type ScimType } from './errors/scim-type.js';
export {
  ERROR_MESSAGE_URN,
  ScimError,
  renderScimError,
  type ScimErrorMessage,
  conflict,
  expiredCursor,
  forbidden,
  invalidCount,
  invalidCursor,
  invalidFilter,
  invalidPath,
  invalidSyntax,
  invalidValue,
  invalidVers,
  mutability,
  noTarget,
  notFound,
  notImplemented,
  payloadTooLarge,
  preconditionFailed,
  sensitive,
  serviceUnavailable,
  tooMany,
  unauthorized,
  uniqueness,
} from './errors/scim-error.js';

export {
  emptyDocument,
  equalValues,
  isComplex,
  isList,
  type DocumentDraft,
  type ScimDocument,
  type ScimScalar,
  type ScimValue,
} from './document/scim-document.js';
export { DOCUMENT_DEPTH_MAX, documentFromJson } from './document/document-from-json.js';
export { JSON_DEPTH_MAX, parseJson, type JsonLimits } from './document/parse-json.js';
export { compareText, foldCase, isStorableText } from './document/text.js';

export {
  type AttributeDefinition,
  type AttributeType,
  type Mutability,
  type Returned,
  type SchemaDefinition,
  type Uniqueness,
} from './schema/attribute-definition.js';
export { AttributeSet } from './schema/attribute-set.js';
export {
  findAttribute,
  parseReference,
  printReference,
  type AttributeReference,
  type FoundAttribute,
} from './schema/attribute-reference.js';
export { epochMs } from './schema/date-time.js';
export {
  MEMBERS_MAX,
  STRING_BYTES_MAX,
  UNIQUE_STRING_BYTES_MAX,
  VALUES_MAX,
  defineSchema,
} from './schema/define-schema.js';
export {
  defineResourceType,
  findExtension,
  type ExtensionAttribute,
  type ResourceType,
  type SchemaExtension,
} from './schema/resource-type.js';
export { USER_SCHEMA_URN, userSchema } from './schema/user-schema.js';
export { GROUP_SCHEMA_URN, groupSchema } from './schema/group-schema.js';
export { ENTERPRISE_USER_SCHEMA_URN, enterpriseUserSchema } from './schema/enterprise-user-schema.js';
export { groupResourceType, userResourceType } from './schema/standard-resource-types.js';
export {
  RESOURCE_TYPE_SCHEMA_URN,
  SCHEMA_SCHEMA_URN,
  renderResourceType,
  renderSchema,
  type AttributeMessage,
  type ResourceTypeMessage,
  type SchemaMessage,
} from './schema/render-schema.js';
export { normaliseUnique, type UniqueKind } from './schema/unique-values.js';
export { type Warning, type WarningKind } from './schema/warning.js';

export { parseResource, type ParsedResource } from './intake/parse-resource.js';

export {
  COMPARISON_OPERATORS,
  FILTER_CLAUSES_MAX,
  FILTER_DEPTH_MAX,
  FILTER_LENGTH_MAX,
  type AndFilter,
  type ComparisonFilter,
  type ComparisonOperator,
  type Filter,
  type FilterLimits,
  type FilterLiteral,
  type FilterOf,
  type NotFilter,
  type OrFilter,
  type PresentFilter,
  type ResolvedAttribute,
  type ResolvedFilter,
  type ValuePathFilter,
} from './filter/filter.js';
export { parseFilter } from './filter/parse-filter.js';
export { filterFromJson } from './filter/filter-from-json.js';
export { matchesFilter, matchesValue } from './filter/matches-filter.js';
export { printFilter } from './filter/print-filter.js';
export { resolveFilter, resolveValueFilter } from './filter/resolve-filter.js';

export { type AttributePath } from './path/attribute-path.js';
export { parsePath, pathFromJson, printPath } from './path/parse-path.js';
