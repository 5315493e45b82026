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
export { exceedsJsonBytes } from './document/json-size.js';
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
export { epochMs, isDateTime } from './schema/date-time.js';
export {
  MEMBERS_MAX,
  STRING_BYTES_MAX,
  UNIQUE_STRING_BYTES_MAX,
  VALUES_MAX,
  defineSchema,
} from './schema/define-schema.js';
export {
  EXTENSIONS_MAX,
  defineResourceType,
  findExtension,
  type ExtensionAttribute,
  type ResourceType,
  type SchemaExtension,
  type UniqueAttribute,
} from './schema/resource-type.js';
export { resourceTypesOf, standardResourceTypes, type ResourceTypes } from './schema/resource-types.js';
export { TENANT_ATTRIBUTES_MAX } from './schema/check-tenant-schemas.js';
export {
  TENANT_RESOURCE_TYPES_MAX,
  TENANT_SCHEMAS_MAX,
  UNIQUE_ATTRIBUTES_MAX,
  defineTenantSchemas,
} from './schema/tenant-schemas.js';
export { breakingChanges, type BreakingChange } from './schema/breaking-changes.js';
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
export { WARNING_KINDS, type Warning, type WarningKind } from './schema/warning.js';

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
export { matchesFilter, matchesValue, valuePredicate } from './filter/matches-filter.js';
export { printFilter } from './filter/print-filter.js';
export { resolveFilter, resolveValueFilter } from './filter/resolve-filter.js';
export { resolveFilterAcross, type FilterForType } from './filter/resolve-filter-across.js';

export { type AttributePath } from './path/attribute-path.js';
export { parsePath, pathFromJson, printPath } from './path/parse-path.js';

export { applyPatch, type PatchedDocument } from './patch/apply-patch.js';
export { COMPARISONS_MAX } from './patch/comparison-budget.js';
export { diffDocuments, type DocumentDifference } from './patch/diff-documents.js';
export { patchFromJson, retypedPatchFromJson, untypedPatchFromJson } from './patch/patch-from-json.js';
export {
  PATCH_OPERATIONS_MAX,
  type ParsedPatch,
  type PatchOperation,
  type PatchOptions,
  type PatchRequest,
  type RemoveOperation,
  type SetOperation,
} from './patch/patch.js';
export { PATCH_MESSAGE_URN } from './patch/read-patch.js';
export { replaceDocument } from './patch/replace-document.js';
export {
  membersOf,
  splitMembership,
  type Member,
  type MembershipChange,
  type SplitPatch,
} from './patch/split-membership.js';
export { parsePatch } from './intake/parse-patch.js';

export {
  needsAttribute,
  needsMembers,
  needsExtensionPart,
  parseProjection,
  type ProjectionParameters,
} from './projection/parse-projection.js';
export { project } from './projection/project.js';
export { DEFAULT_PROJECTION, type Projection } from './projection/projection.js';

export {
  locationOf,
  renderResource,
  type RenderOptions,
  type ResourceMessage,
  type StoredResource,
} from './messages/render-resource.js';
export {
  LIST_MESSAGE_URN,
  renderListResponse,
  type ListMessage,
  type ListPage,
} from './messages/render-list-response.js';
export {
  COUNT_DEFAULT,
  COUNT_MAX,
  SEARCH_MESSAGE_URN,
  parseListQuery,
  parseSearchRequest,
  type ListQuery,
} from './messages/list-query.js';
export { matchesEtag, parseEtag, renderEtag, type EtagCondition } from './messages/etag.js';
export {
  parseBulk,
  type BulkLimits,
  type BulkMethod,
  type BulkOperation,
  type BulkPlan,
  type BulkStep,
  type RefusedBulkOperation,
} from './messages/parse-bulk.js';
export { bulkReferencesIn, resolveBulkReferences } from './messages/bulk-references.js';
export {
  BULK_RESPONSE_URN,
  renderBulkResponse,
  type BulkMessage,
  type BulkResult,
} from './messages/render-bulk-response.js';
export { serviceProviderConfig, type ServiceProviderOptions } from './messages/service-provider-config.js';
