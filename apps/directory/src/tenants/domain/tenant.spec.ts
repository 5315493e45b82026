import { describe, expect, it } from '@jest/globals';
import { defaultTenantSettings } from '@muster/contracts';
import { effectiveSettings, parseSettings, parseTenantName, tenantReference } from './tenant.js';

describe('parseTenantName', () => {
  it.each([['contoso'], ['Contoso Ltd.'], ['Bücher & Söhne'], ['a'.repeat(100)]])('accepts %p', (name) => {
    expect(parseTenantName(` ${name} `)).toBe(name);
  });

  it.each([
    [''],
    ['   '],
    ['a'.repeat(101)],
    ['a\nb'],
    ['a\u0000b'],
    ['\ud800'],
    ['0192f0c1-2f4e-7d0e-9a3c-6a4b1f0f7b11'],
  ])('refuses %j', (name) => {
    expect(parseTenantName(name)).toBeNull();
  });
});

describe('tenantReference', () => {
  it('takes a UUID for an id and everything else for a name', () => {
    expect(tenantReference('0192F0C1-2f4e-7d0e-9a3c-6a4b1f0f7b11')).toEqual({
      id: '0192f0c1-2f4e-7d0e-9a3c-6a4b1f0f7b11',
    });
    expect(tenantReference('contoso')).toEqual({ name: 'contoso' });
  });
});

describe('parseSettings', () => {
  it('keeps what is known and valid', () => {
    const { settings, problems } = parseSettings({
      externalIdUnique: true,
      unknownMembers: 'lenient',
      requestBurstMax: 5,
    });
    expect(problems).toEqual([]);
    expect(effectiveSettings(settings)).toEqual({
      ...defaultTenantSettings,
      externalIdUnique: true,
      unknownMembers: 'lenient',
      requestBurstMax: 5,
    });
  });

  it('leaves to its default what is null', () => {
    expect(parseSettings({ externalIdUnique: null, requestBurstMax: 5 })).toEqual({
      settings: { requestBurstMax: 5 },
      problems: [],
    });
  });

  it('names every setting that does not exist or has a wrong value', () => {
    const { settings, problems } = parseSettings(
      JSON.parse(
        '{"__proto__":{"x":1},"nope":1,"unknownMembers":"maybe","requestsPerSecondMax":0,"externalIdUnique":"true"}',
      ),
    );
    expect(settings).toEqual({});
    expect(problems).toEqual([
      'settings.externalIdUnique has no valid value',
      'settings.unknownMembers has no valid value',
      'settings.requestsPerSecondMax has no valid value',
      'settings.__proto__ is not a setting',
      'settings.nope is not a setting',
    ]);
  });

  it.each([[null], [[]], ['x'], [undefined]])('refuses %p', (json) => {
    expect(parseSettings(json).problems).toEqual(['settings is not an object']);
  });
});
