import { describe, expect, it } from '@jest/globals';
import { v7 as uuidV7 } from 'uuid';
import { parseUuid, uuidV7TimeMs } from './ids.js';

describe('parseUuid', () => {
  it('takes upper case and answers in lower case', () => {
    expect(parseUuid('0192F1C2-0000-7ABC-8DEF-001122334455')).toBe('0192f1c2-0000-7abc-8def-001122334455');
  });

  it.each([
    ['a number', 1],
    ['nothing', undefined],
    ['an empty text', ''],
    ['braces', '{0192f1c2-0000-7abc-8def-001122334455}'],
    ['a line feed after it', '0192f1c2-0000-7abc-8def-001122334455\n'],
    ['another letter', '0192f1c2-0000-7abc-8def-00112233445g'],
    ['digits that only look like digits', '٠192f1c2-0000-7abc-8def-001122334455'],
    ['a list that prints like one', ['0192f1c2-0000-7abc-8def-001122334455']],
  ])('refuses %s', (_, value) => {
    expect(parseUuid(value)).toBeNull();
  });
});

describe('uuidV7TimeMs', () => {
  it.each([0, 1_700_000_000_000, Date.UTC(2100, 0, 1)])('reads back %d ms', (msecs) => {
    expect(uuidV7TimeMs(uuidV7({ msecs }))).toBe(msecs);
  });
});
