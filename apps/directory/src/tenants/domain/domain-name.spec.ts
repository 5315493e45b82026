import { describe, expect, it } from '@jest/globals';
import { parseDomainName, spellingsOf } from './domain-name.js';

describe('parseDomainName', () => {
  it.each([
    ['contoso.com', 'contoso.com'],
    ['  Contoso.COM ', 'contoso.com'],
    ['contoso.com.', 'contoso.com'],
    ['Bücher.example', 'xn--bcher-kva.example'],
    ['corp', 'corp'],
    ['a-1.example', 'a-1.example'],
  ])('reads %p as %p', (text, expected) => {
    expect(parseDomainName(text)).toBe(expected);
  });

  it.each([
    [''],
    ['.'],
    ['a..b'],
    ['user@contoso.com'],
    ['contoso.com/path'],
    ['contoso.com:443'],
    ['127.0.0.1'],
    ['2130706433'],
    ['-a.example'],
    ['a_b.example'],
    ['a b.example'],
    [`${'a'.repeat(64)}.example`],
    [`${'a.'.repeat(130)}example`],
    ['*.contoso.com'],
  ])('refuses %p', (text) => {
    expect(parseDomainName(text)).toBeNull();
  });

  it('knows both spellings of an internationalised domain', () => {
    const domain = parseDomainName('BÜCHER.example');
    expect(domain).not.toBeNull();
    expect(spellingsOf(domain!)).toEqual(['xn--bcher-kva.example', 'bücher.example']);
    expect(spellingsOf(parseDomainName('contoso.com')!)).toEqual(['contoso.com']);
  });
});
