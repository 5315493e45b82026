import { describe, expect, it } from '@jest/globals';
import { acceptsUserName, domainOf, type DomainPolicy } from './domain-policy.js';

describe('domainOf', () => {
  it.each([
    ['ada@example.test', 'example.test'],
    ['ADA@EXAMPLE.Test', 'example.test'],
    ['"ada@home"@example.test', 'example.test'],
    ['@example.test', 'example.test'],
    ['ada', null],
    ['ada@', null],
    ['', null],
  ])('of %j is %j', (userName, domain) => {
    expect(domainOf(userName)).toBe(domain);
  });
});

describe('acceptsUserName', () => {
  const registered: DomainPolicy = { kind: 'registered', domains: ['example.test', 'mail.example.test'] };

  it.each([
    ['ada@example.test', true],
    ['ada@EXAMPLE.TEST', true],
    ['ada@mail.example.test', true],
    ['ada@other.example.test', false],
    ['ada@example.test.evil.test', false],
    ['ada@evilexample.test', false],
    ['ada@example.test@evil.test', false],
    ['ada', false],
    ['example.test', false],
  ])('of a tenant with registered domains: %j is %s', (userName, accepted) => {
    expect(acceptsUserName(registered, userName)).toBe(accepted);
  });

  it('refuses everyone while no domain is registered', () => {
    expect(acceptsUserName({ kind: 'registered', domains: [] }, 'ada@example.test')).toBe(false);
  });

  it('asks nothing of a tenant that accepts any domain', () => {
    expect(acceptsUserName({ kind: 'any' }, 'ada')).toBe(true);
  });
});
