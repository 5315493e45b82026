import { describe, expect, it } from '@jest/globals';
import { messagingLogFields } from '@muster/messaging';
import { createLogger, type LogFields } from './create-logger.js';

function lineOf(fields: LogFields): Record<string, unknown> {
  const written: string[] = [];
  const destination = { write: (line: string): void => void written.push(line) };
  createLogger({ service: 'gateway', level: 'warn', destination }).warn(fields, 'odd');
  return JSON.parse(written[0] ?? '{}') as Record<string, unknown>;
}

describe('the fields of a log line', () => {
  it.each(messagingLogFields.map((field) => [field]))('take in `%s`, which messaging logs', (field) => {
    const line = lineOf({ [field]: field === 'err' ? new RangeError('odd') : 'SOME_CODE' });
    expect(line).toHaveProperty(field);
    expect(line).not.toHaveProperty('refusedFields');
  });

  it.each([['ECONNREFUSED'], ['KafkaJSConnectionError'], ['NOT_LEADER_FOR_PARTITION']])(
    'take the name of an error: %s',
    (error) => {
      expect(lineOf({ error })).toMatchObject({ error });
    },
  );

  it.each([
    ['a message', 'key (user_name_key)=(rita) already exists'],
    ['an address', 'rita@example.test'],
    ['an error', new Error('rita')],
    ['a long word', 'a'.repeat(65)],
  ])('refuse %s as the name of an error', (_, error) => {
    const line = lineOf({ error });
    expect(line).toMatchObject({ refusedFields: ['error'] });
    expect(JSON.stringify(line)).not.toContain('rita');
  });
});
