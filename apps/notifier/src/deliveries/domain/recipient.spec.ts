import { describe, expect, it } from '@jest/globals';
import { recipientOf } from './recipient.js';

const settings = (email: string | null, enabled = true) => ({ tenantName: 'contoso', email, enabled });

describe('recipientOf', () => {
  it.each([
    ['a tenant that is gone', null, 'tenant_unknown'],
    ['notifications that are off', settings('it@contoso.example', false), 'notifications_off'],
    ['no address', settings(null), 'no_address'],
    ['an empty address', settings(''), 'no_address'],
    ['a second recipient', settings('it@contoso.example, evil@x.example'), 'address_invalid'],
    ['a header injection', settings('it@contoso.example\r\nBcc: evil@x.example'), 'address_invalid'],
    ['an SMTP injection', settings('it@contoso.example> SIZE=1'), 'address_invalid'],
    ['a display name', settings('IT <it@contoso.example>'), 'address_invalid'],
    ['two at signs', settings('it@contoso@example'), 'address_invalid'],
    ['a NUL', settings('it\u0000@contoso.example'), 'address_invalid'],
    ['an endless address', settings(`it@${'a'.repeat(300)}.example`), 'address_invalid'],
  ])('writes to nobody for %s', (_, given, reason) => {
    expect(recipientOf(given)).toEqual({ kind: 'nobody', reason });
  });

  it.each([
    'it@contoso.example',
    'it+muster@sub.contoso.example',
    "o'hara@contoso.example",
    'ünï@contoso.example',
    'a@localhost',
  ])('writes to %s', (address) => {
    expect(recipientOf(settings(address))).toEqual({ kind: 'address', address });
  });
});
