import { describe, expect, it } from '@jest/globals';
import { WARNING_KINDS } from '@muster/scim';
import { warningText, warningTexts } from './warning-text.js';

describe('warningText', () => {
  it.each(WARNING_KINDS)('%s is a sentence about the attribute', (kind) => {
    const text = warningText({ kind, path: 'name.nick' });
    expect(text).toMatch(/^[A-Z"].*[^.]\.$/);
    expect(text).toContain('"name.nick"');
    expect(text).not.toMatch(/[{}]/);
  });

  it('puts a path in as it is, whatever it looks like', () => {
    const path = "$& $1 {path} $'";
    expect(warningText({ kind: 'unknownAttribute', path })).toContain(`"${path}" was ignored`);
  });

  it('says of a password that it is nowhere', () => {
    expect(warningText({ kind: 'secretDropped', path: 'password' })).toBe(
      '"password" was accepted and not kept: Muster stores no secrets.',
    );
  });

  it('has a text of its own for each kind', () => {
    expect([...warningTexts.keys()]).toEqual(WARNING_KINDS);
    expect(new Set(warningTexts.values()).size).toBe(WARNING_KINDS.length);
  });
});
