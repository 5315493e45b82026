import { isNativeError } from 'node:util/types';

/**
 * What a failure means for the caller:
 * - `connection`: the server went away or does not answer; the same work may be done again on another connection.
 * - `deadlock`, `serialization`: another transaction won; do the same work again.
 * - `lock-timeout`: a row stayed locked for too long; do it again later.
 * - `statement-timeout`: the statement took too long, or the caller between two of them; smaller work may pass, the same
 *   work may not.
 * - `resource`: no connection, memory or disk to be had; do it again later.
 * - `constraint`: the data contradicts a constraint; only other data will pass.
 * - `bug`: the statement or its values are wrong; doing it again fails again.
 */
export type DatabaseErrorKind =
  | 'connection'
  | 'deadlock'
  | 'serialization'
  | 'lock-timeout'
  | 'statement-timeout'
  | 'resource'
  | 'constraint'
  | 'bug';

const retryableKinds: ReadonlySet<DatabaseErrorKind> = new Set([
  'connection',
  'deadlock',
  'serialization',
  'lock-timeout',
  'statement-timeout',
  'resource',
]);

interface DatabaseErrorDetails {
  readonly kind: DatabaseErrorKind;
  /** Name of the statement that failed, as given to `query`. */
  readonly statement: string;
  readonly code?: string | undefined;
  readonly constraint?: string | undefined;
  readonly table?: string | undefined;
  readonly outcomeUnknown?: boolean;
}

/**
 * A failed statement, safe to log: it carries names and codes, and the server's words only where they cannot quote a
 * value (the `detail` of a unique violation is the user name that collided).
 */
export class DatabaseError extends Error {
  override readonly name = 'DatabaseError';
  readonly kind: DatabaseErrorKind;
  /** Whether the same work may succeed when done again. */
  readonly retryable: boolean;
  readonly statement: string;
  /** SQLSTATE of the server or code of the socket error. */
  readonly code: string | undefined;
  readonly constraint: string | undefined;
  readonly table: string | undefined;
  /** True when the connection broke while the commit was under way: the transaction may or may not be there. */
  readonly outcomeUnknown: boolean;

  constructor(message: string, details: DatabaseErrorDetails) {
    super(message);
    this.kind = details.kind;
    this.retryable = retryableKinds.has(details.kind);
    this.statement = details.statement;
    this.code = details.code;
    this.constraint = details.constraint;
    this.table = details.table;
    this.outcomeUnknown = details.outcomeUnknown ?? false;
  }
}

/** Classifies what a statement, a connect or a pool threw. What is not known to be harmless is a `bug`. */
export function classifyDatabaseError(error: unknown): DatabaseErrorKind {
  if (error instanceof DatabaseError) return error.kind;
  // Across realms (a worker, a test) `instanceof Error` is false for what the runtime itself throws.
  if (!isNativeError(error)) return 'bug';
  const code = textField(error, 'code');
  if (code === featureNotSupported && error.message.includes(stalePlanWords)) return 'connection';
  if (code !== undefined) return kindOfCode(code);
  return kindOfMessage(error.message);
}

/** Whether the same work may succeed when done again; bound the attempts all the same. */
export function isRetryable(error: unknown): boolean {
  return retryableKinds.has(classifyDatabaseError(error));
}

/** Turns what a driver threw into a {@link DatabaseError}; one that is already ours is returned as it is. */
export function databaseErrorFrom(error: unknown, statement: string, outcomeUnknown = false): DatabaseError {
  if (error instanceof DatabaseError) return error;
  const kind = classifyDatabaseError(error);
  const code = isNativeError(error) ? textField(error, 'code') : undefined;
  const constraint = isNativeError(error) ? textField(error, 'constraint') : undefined;
  const table = isNativeError(error) ? textField(error, 'table') : undefined;
  const parts = [
    `${statement}: ${kind}`,
    code,
    constraint && `constraint ${constraint}`,
    safeWords(error, code),
  ];
  return new DatabaseError(parts.filter((part) => part !== undefined && part !== '').join(', '), {
    kind,
    statement,
    code,
    constraint,
    table,
    outcomeUnknown: outcomeUnknown && kind === 'connection',
  });
}

/**
 * A statement prepared before a migration changed its columns stays broken for as long as its connection lives; on another
 * one it is prepared anew. So it counts as trouble of the connection, which is given up.
 */
const featureNotSupported = '0A000';
const stalePlanWords = 'cached plan must not change result type';

/** SQLSTATE of a connection that the server ends by `idle_in_transaction_session_timeout`. */
export const idleInTransaction = '25P03';

/** SQLSTATEs, PostgreSQL documentation appendix A, by code first and then by class. */
const kindsByCode: Readonly<Record<string, DatabaseErrorKind>> = {
  '40P01': 'deadlock',
  '40001': 'serialization',
  '40003': 'connection',
  '55P03': 'lock-timeout',
  '57014': 'statement-timeout',
  // The caller was silent for too long within a transaction: the connection is gone, but what it was busy with is at fault.
  [idleInTransaction]: 'statement-timeout',
  // Prepared statement not there: the session is not the one it was prepared in (a pooler, a DISCARD ALL).
  '26000': 'connection',
  '57P01': 'connection',
  '57P02': 'connection',
  '57P03': 'connection',
  '57P05': 'connection',
  ECONNREFUSED: 'connection',
  ECONNRESET: 'connection',
  ECONNABORTED: 'connection',
  EPIPE: 'connection',
  ETIMEDOUT: 'connection',
  EHOSTUNREACH: 'connection',
  ENETUNREACH: 'connection',
  ENOTFOUND: 'connection',
  EAI_AGAIN: 'connection',
  ENOENT: 'connection',
};
const kindsByClass: Readonly<Record<string, DatabaseErrorKind>> = {
  '08': 'connection',
  '23': 'constraint',
  '53': 'resource',
  '58': 'resource',
};

function kindOfCode(code: string): DatabaseErrorKind {
  if (Object.hasOwn(kindsByCode, code)) return kindsByCode[code] ?? 'bug';
  const sqlClass = code.slice(0, 2);
  return Object.hasOwn(kindsByClass, sqlClass) ? (kindsByClass[sqlClass] ?? 'bug') : 'bug';
}

/** The driver's own errors have no code (pg 8.23, lib/client.js and pg-pool). */
function kindOfMessage(message: string): DatabaseErrorKind {
  if (message === 'timeout exceeded when trying to connect') return 'resource';
  const connectionWords = [
    'Connection terminated',
    'timeout expired',
    'Query read timeout',
    'is not queryable',
    'Cannot use a pool after calling end',
  ];
  return connectionWords.some((words) => message.includes(words)) ? 'connection' : 'bug';
}

/** Data exceptions (22), constraint violations (23) and raised messages (P0) quote values; the rest names only objects. */
function safeWords(error: unknown, code: string | undefined): string | undefined {
  if (!isNativeError(error)) return undefined;
  return code !== undefined && /^(22|23|P0)/.test(code) ? undefined : error.message;
}

function textField(error: Error, field: string): string | undefined {
  const value: unknown = Reflect.get(error, field);
  return typeof value === 'string' ? value : undefined;
}
