import { describe, expect, it } from '@jest/globals';
import { parseUuid, type TenantId } from '@muster/contracts';
import { listIdOf, messageIdOf, threadIdOf } from './mail-identity.js';

const tenantId = parseUuid<TenantId>('0199c1d2-0000-7000-8000-000000000001')!;
const mail = { tenantId, incidentId: '0199c1d2-0000-7000-8000-00000000000a', sequence: 2 };

describe('the names of a mail', () => {
  it('gives each mail to each recipient one Message-ID', () => {
    expect(messageIdOf(mail, 'abc123', 'muster.example')).toBe(
      '<0199c1d2-0000-7000-8000-00000000000a.2.abc123@muster.example>',
    );
  });

  it('threads later mails under the first', () => {
    expect(threadIdOf(mail, 'abc123', 'muster.example')).toBe(
      '<0199c1d2-0000-7000-8000-00000000000a.1.abc123@muster.example>',
    );
    expect(threadIdOf({ ...mail, sequence: 1 }, 'abc123', 'muster.example')).toBeNull();
  });

  it('has one list per tenant', () => {
    expect(listIdOf(tenantId, 'muster.example')).toBe(
      '<provisioning-failures.0199c1d2-0000-7000-8000-000000000001.muster.example>',
    );
  });
});
