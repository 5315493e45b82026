import { describe, expect, it } from '@jest/globals';
import { subjectOf } from './subject.js';

const requestId = 'request-1';

describe('subjectOf', () => {
  it.each([
    [
      { userName: 'Ada@Contoso.example', displayName: 'Ada' },
      undefined,
      'ada@contoso.example',
      'Ada@Contoso.example',
    ],
    [{ displayName: 'Sales' }, undefined, 'sales', 'Sales'],
    [{ externalId: '42' }, 'r-1', '42', '42'],
    [{}, 'r-1', 'r-1', 'r-1'],
    [{ userName: '\u0000' }, undefined, requestId, requestId],
    [{ userName: 'x\r\nBcc: evil@x' }, undefined, 'x bcc: evil@x', 'x Bcc: evil@x'],
  ])('of %j in resource %s is %s, shown as %s', (subject, resourceId, key, name) => {
    const failure = {
      subject,
      resourceKind: 'user' as const,
      requestId,
      ...(resourceId === undefined ? {} : { resourceId }),
    };
    expect(subjectOf(failure)).toEqual({ kind: 'user', key, name });
  });

  it('names the type of what is neither a user nor a group', () => {
    expect(
      subjectOf({
        subject: { externalId: 'A-1' },
        resourceKind: 'resource',
        resourceType: 'Badge',
        resourceId: 'r-1',
        requestId,
      }),
    ).toEqual({ kind: 'resource', key: 'badge a-1', name: 'Badge A-1' });
  });

  it('bounds what is stored', () => {
    const subject = subjectOf({
      subject: { userName: 'n'.repeat(100_000) },
      resourceKind: 'user',
      requestId,
    });
    expect(Array.from(subject.key)).toHaveLength(256);
    expect(Array.from(subject.name)).toHaveLength(120);
  });
});
