import { describe, expect, it } from '@jest/globals';
import {
  DatabaseError,
  classifyDatabaseError,
  databaseErrorFrom,
  isRetryable,
  type DatabaseErrorKind,
} from './database-error.js';

const coded = (code: string, message = 'as the server says it'): Error =>
  Object.assign(new Error(message), { code });

const rows: readonly [error: unknown, kind: DatabaseErrorKind, retryable: boolean][] = [
  [coded('40P01'), 'deadlock', true],
  [coded('40001'), 'serialization', true],
  [coded('55P03'), 'lock-timeout', true],
  [coded('57014'), 'statement-timeout', true],
  [coded('08006'), 'connection', true],
  [coded('57P01'), 'connection', true],
  [coded('57P03'), 'connection', true],
  [coded('25P03'), 'statement-timeout', true],
  [coded('0A000', 'cached plan must not change result type'), 'connection', true],
  [coded('0A000', 'MERGE is not supported here'), 'bug', false],
  [coded('26000'), 'connection', true],
  [coded('ECONNRESET'), 'connection', true],
  [coded('ECONNREFUSED'), 'connection', true],
  [coded('EPIPE'), 'connection', true],
  [new Error('Connection terminated unexpectedly'), 'connection', true],
  [new Error('Client has encountered a connection error and is not queryable'), 'connection', true],
  [new Error('Query read timeout'), 'connection', true],
  [new Error('timeout exceeded when trying to connect'), 'resource', true],
  [coded('53300'), 'resource', true],
  [coded('53100'), 'resource', true],
  [coded('23505'), 'constraint', false],
  [coded('23503'), 'constraint', false],
  [coded('22P02'), 'bug', false],
  [coded('42601'), 'bug', false],
  [coded('42501'), 'bug', false],
  [coded('28P01'), 'bug', false],
  [coded('__proto__'), 'bug', false],
  [new TypeError('x is not a function'), 'bug', false],
  ['not an error', 'bug', false],
  [undefined, 'bug', false],
];

describe('classifyDatabaseError', () => {
  it.each(rows.map(([error, kind, retryable]) => [labelOf(error), error, kind, retryable] as const))(
    '%s',
    (_label, error, kind, retryable) => {
      expect(classifyDatabaseError(error)).toBe(kind);
      expect(isRetryable(error)).toBe(retryable);
      expect(databaseErrorFrom(error, 'statement')).toMatchObject({
        kind,
        retryable,
        statement: 'statement',
      });
    },
  );

  it('keeps an error that has been classified', () => {
    const error = new DatabaseError('gone', { kind: 'connection', statement: 'a', outcomeUnknown: true });
    expect(databaseErrorFrom(error, 'b')).toBe(error);
    expect(classifyDatabaseError(error)).toBe('connection');
  });
});

describe('databaseErrorFrom', () => {
  it('keeps the words of the server about objects, and drops those that may quote a value', () => {
    const told = (code: string, message: string): string =>
      databaseErrorFrom(coded(code, message), 'user.add').message;
    expect(told('42703', 'column "nmae" does not exist')).toBe(
      'user.add: bug, 42703, column "nmae" does not exist',
    );
    expect(told('22P02', 'invalid input syntax for type uuid: "rita"')).toBe('user.add: bug, 22P02');
    expect(told('23505', 'duplicate key value')).toBe('user.add: constraint, 23505');
    expect(told('P0001', 'rita is not welcome')).toBe('user.add: bug, P0001');
  });

  it('calls an outcome unknown only for a broken connection', () => {
    expect(databaseErrorFrom(coded('57P01'), 'commit', true).outcomeUnknown).toBe(true);
    expect(databaseErrorFrom(coded('23505'), 'commit', true).outcomeUnknown).toBe(false);
    expect(databaseErrorFrom(coded('57P01'), 'user.add').outcomeUnknown).toBe(false);
  });
});

function labelOf(error: unknown): string {
  if (!(error instanceof Error)) return `not an error: ${String(error)}`;
  const { code } = error as { code?: string };
  return code === undefined ? error.message : `${code} ${error.message}`;
}
