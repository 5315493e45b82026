/** What this library reads of a kafkajs error: the protocol's error name (`type`), the class name, a socket's `code`. */
interface ClientErrorShape {
  readonly name: string;
  readonly type: string | undefined;
  readonly code: string | undefined;
}

const CAUSES_MAX = 8;

function shapeOf(error: Error): ClientErrorShape {
  const type: unknown = 'type' in error ? error.type : undefined;
  const code: unknown = 'code' in error ? error.code : undefined;
  return {
    name: error.name,
    type: typeof type === 'string' ? type : undefined,
    code: typeof code === 'string' ? code : undefined,
  };
}

/** The error and its causes, outermost first: kafkajs wraps the protocol's error in those of its retrier. */
function causesOf(error: unknown): ClientErrorShape[] {
  const causes: ClientErrorShape[] = [];
  let current = error;
  while (current instanceof Error && causes.length < CAUSES_MAX) {
    causes.push(shapeOf(current));
    current = current.cause;
  }
  return causes;
}

function hasType(error: unknown, types: ReadonlySet<string>): boolean {
  return causesOf(error).some(({ type }) => type !== undefined && types.has(type));
}

const FENCED_TYPES = new Set(['INVALID_PRODUCER_EPOCH', 'PRODUCER_FENCED', 'INVALID_TXN_STATE']);

/** A newer producer with the same transactional id exists, or the coordinator gave up this one's transaction. */
export function isFenced(error: unknown): boolean {
  return hasType(error, FENCED_TYPES);
}

const TOO_LARGE_TYPES = new Set(['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE']);

export function isTooLarge(error: unknown): boolean {
  return hasType(error, TOO_LARGE_TYPES);
}

const UNKNOWN_TOPIC_TYPES = new Set(['UNKNOWN_TOPIC_OR_PARTITION', 'INVALID_TOPIC_EXCEPTION']);

export function isUnknownTopic(error: unknown): boolean {
  return hasType(error, UNKNOWN_TOPIC_TYPES);
}

const MEMBERSHIP_LOST_TYPES = new Set([
  'REBALANCE_IN_PROGRESS',
  'ILLEGAL_GENERATION',
  'UNKNOWN_MEMBER_ID',
  'FENCED_INSTANCE_ID',
  'NOT_COORDINATOR_FOR_GROUP',
]);

/** The group has moved on without this member: it has to join again. */
export function isMembershipLost(error: unknown): boolean {
  return hasType(error, MEMBERSHIP_LOST_TYPES);
}

const NEVER_BETTER_TYPES = new Set([
  'GROUP_AUTHORIZATION_FAILED',
  'TOPIC_AUTHORIZATION_FAILED',
  'CLUSTER_AUTHORIZATION_FAILED',
  'TRANSACTIONAL_ID_AUTHORIZATION_FAILED',
  'SASL_AUTHENTICATION_FAILED',
  'UNSUPPORTED_SASL_MECHANISM',
  'UNSUPPORTED_VERSION',
  'INCONSISTENT_GROUP_PROTOCOL',
  'INVALID_GROUP_ID',
]);

const NEVER_BETTER_NAMES = new Set([
  'KafkaJSNotImplemented',
  'KafkaJSSASLAuthenticationError',
  'KafkaJSServerDoesNotSupportApiKey',
]);

/** Trying again will not help: no permission, a compression codec that is not registered, an incompatible broker. */
export function isHopeless(error: unknown): boolean {
  return (
    hasType(error, NEVER_BETTER_TYPES) || causesOf(error).some(({ name }) => NEVER_BETTER_NAMES.has(name))
  );
}

/** A short name of an error for log lines: the protocol's, the socket's or the class's; never its message. */
export function errorLabel(error: unknown): string {
  const causes = causesOf(error);
  const typed = causes.findLast(({ type }) => type !== undefined)?.type;
  const coded = causes.findLast(({ code }) => code !== undefined)?.code;
  return typed ?? coded ?? causes.at(-1)?.name ?? 'unknown';
}
