import { isNativeError } from 'node:util/types';

/**
 * The fields that may stand in a log line beside its message: ids, codes, counts, times and names of our own. What a client
 * sent is not among them, so a body, a user name or a token cannot be logged by passing the wrong object.
 */
export const logFields = [
  'actual',
  'address',
  'appender',
  'attempt',
  'attempts',
  'batchSize',
  'broker',
  'cause',
  'client',
  'code',
  'commandId',
  'commandType',
  'component',
  'constraint',
  'context',
  'count',
  'deadlineMs',
  'delayMs',
  'durationMs',
  'err',
  'error',
  'expected',
  'failpoint',
  'groupId',
  'incidentId',
  'instanceId',
  'kind',
  'label',
  'lag',
  'mailId',
  'memberId',
  'method',
  'migration',
  'namespace',
  'offset',
  'outcome',
  'partition',
  'partitions',
  'phase',
  'pid',
  'port',
  'problems',
  'reason',
  'records',
  'requestId',
  'resourceId',
  'resourceType',
  'result',
  'retryCount',
  'retryTime',
  'route',
  'shard',
  'signal',
  'span_id',
  'state',
  'statement',
  'status',
  'step',
  'tenantId',
  'tokenId',
  'topic',
  'trace_id',
  'version',
] as const;

export type LogField = (typeof logFields)[number];

const allowed: ReadonlySet<string> = new Set(logFields);

/** The name of an error: a class, or a code of a protocol or a socket. A message would have spaces, or an address in it. */
const errorNamePattern = /^[\w.-]{1,64}$/;

function isAllowed(field: string, value: unknown): boolean {
  if (field === 'error') return typeof value === 'string' && errorNamePattern.test(value);
  return allowed.has(field);
}

/** Keeps the allowed fields. The names (never the values) of others are kept too, so that their author finds them. */
export function allowedFields(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const kept: Record<string, unknown> = {};
  const refused: string[] = [];
  for (const [field, value] of Object.entries(fields)) {
    if (isAllowed(field, value)) kept[field] = value;
    else refused.push(field);
  }
  if (refused.length > 0) kept['refusedFields'] = refused;
  return kept;
}

/** What a log line says about an error: its class, codes and stack, and its message without what looks like personal data. */
export function errorFields(error: unknown): Record<string, unknown> {
  if (!isNativeError(error)) return { type: typeof error };
  const fields: Record<string, unknown> = { type: error.name, message: scrubbed(error.message) };
  for (const field of ['code', 'kind', 'statement', 'constraint', 'table', 'retryable'] as const) {
    const value: unknown = Reflect.get(error, field);
    if (typeof value === 'string' || typeof value === 'boolean') fields[field] = value;
  }
  // The first lines of a stack repeat the message; only the frames are kept.
  fields['stack'] = (error.stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .slice(0, 12)
    .join('\n');
  return fields;
}

const textCharactersMax = 500;

/** Text of others, cut, and without e-mail addresses, bearer tokens, tenant tokens and passwords in URLs. */
export function scrubbed(text: string): string {
  return text
    .slice(0, textCharactersMax)
    .replace(/\bmst_[\w-]+/g, 'mst_***')
    .replace(/\b(bearer|basic)\s+[\w.~+/=-]+/gi, '$1 ***')
    .replace(/:\/\/[^\s/@]+@/g, '://[***]')
    .replace(/[^\s"'<>(),;:=/]{1,64}@[\w.-]{1,255}/g, '***@***');
}
