export {
  parseUuid,
  uuidV7TimeMs,
  type CommandId,
  type ResourceId,
  type TenantId,
  type TokenId,
} from './identity/ids.js';
export {
  CLOCK_TOPIC,
  COMMANDS_TOPIC,
  COMMAND_BYTES_MAX,
  DOCUMENT_BYTES_MAX,
  FACT_BYTES_MAX,
  FAILURES_TOPIC,
  GROUP_EVENTS_TOPIC,
  GROUP_STATE_TOPIC,
  REPLIES_TOPIC,
  REPLY_PARTITIONS,
  RESOURCE_EVENTS_TOPIC,
  RESOURCE_STATE_TOPIC,
  USER_EVENTS_TOPIC,
  USER_STATE_TOPIC,
  deadLetterTopic,
  topicContracts,
  type TopicContract,
} from './topics/topics.js';
export {
  MalformedMessageError,
  requiredHeader,
  toHeaders,
  type CloudEventAttributes,
} from './cloud-events/headers.js';
export type { EncodedRecord, Headers, KeyedRecord } from './cloud-events/record.js';
export { acceptsUserName, domainOf, type DomainPolicy } from './tenancy/domain-policy.js';
export { defaultTenantSettings, type TenantSettings, type TenantState } from './tenancy/tenant-settings.js';
export { RegistrationCache } from './tenancy/registration-cache.js';
export {
  TENANT_SCHEMAS_BYTES_MAX,
  parseSchemasDigest,
  tenantSchemasFromJson,
  type SchemasDigest,
  type TenantSchemas,
} from './tenancy/tenant-schemas.js';
export type { CauseDefinition, CauseStatus, FixableBy, RunbookPage } from './causes/cause-definition.js';
export { causeDetail, causeOf, causes, isCauseKey, type CauseKey } from './causes/causes.js';
export { causeOfScimError } from './causes/scim-cause.js';
export { warningText, warningTexts } from './causes/warning-text.js';
export {
  BULK_OPERATIONS_MAX,
  BULK_PAYLOAD_BYTES_MAX,
  COMMAND_DEADLINE_MS,
  COMMAND_EXPIRY_MS,
  COMMAND_WARNINGS_MAX,
  IF_MATCH_VERSIONS_MAX,
  operationOf,
  resourceKindOf,
  type BulkCommand,
  type BulkPart,
  type Command,
  type CommandMessage,
  type CommandMessageType,
  type CommandType,
  type CreateCommand,
  type DeleteCommand,
  type Operation,
  type PatchCommand,
  type ReplaceCommand,
  type ReplyAddress,
  type ResourceKind,
  type VersionCondition,
} from './commands/commands.js';
export {
  commandKey,
  decodeCommand,
  encodeCommand,
  nameOfCreate,
  type EncodedMessage,
} from './commands/command-message.js';
export type {
  Applied,
  Cancelled,
  CommandOutcome,
  Expired,
  GroupReference,
  MemberReference,
  Outcome,
  Rejected,
  StoredResource,
} from './outcomes/outcomes.js';
export {
  decodeReply,
  encodeReply,
  outcomeFromJson,
  shownResourceFromJson,
  type Reply,
} from './outcomes/outcome-message.js';
export {
  FACT_MEMBERS_MAX,
  factTypes,
  isFactType,
  kindOfFact,
  scimEventUris,
  type Fact,
  type FactCause,
  type FactType,
  type GroupFactType,
  type MembersDelta,
  type ResourceFactType,
  type UserFactType,
} from './facts/facts.js';
export { decodeFact, factKey, factRecords } from './facts/fact-message.js';
export type { FailureSubject, ProvisioningFailure } from './failures/failures.js';
export { decodeFailure, failureRecord } from './failures/failure-message.js';
export {
  OUTCOME_LOOKUP_MAX,
  directoryPaths,
  type CancelCommandsRequest,
  type CancelCommandsResponse,
  type LookUpOutcomesRequest,
  type LookUpOutcomesResponse,
  type MarkUndeliveredRequest,
  type NotificationResponse,
  type QueryRequest,
  type QueryResponse,
  type ReadOptions,
  type ResourcePlace,
  type RootQueryRequest,
  type RootQueryResponse,
  type ResolveCredentialRequest,
  type ResolveCredentialResponse,
} from './directory-api/directory-api.js';
export { generateBearerToken, hashBearerToken, isWellFormedToken } from './credentials/bearer-token.js';
export { schemaFiles, validateFactRecord, validateFailureRecord } from './schemas/record-validation.js';
