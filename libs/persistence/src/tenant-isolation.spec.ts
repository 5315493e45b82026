import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  createRoleIfMissing,
  disableTenantIsolation,
  enableTenantIsolation,
  tenantArrayLiteral,
} from './tenant-isolation.js';

describe('tenantArrayLiteral', () => {
  it('lists UUIDs as an array literal', () => {
    expect(tenantArrayLiteral([])).toBe('{}');
    fc.assert(
      fc.property(fc.array(fc.uuid(), { maxLength: 20 }), (tenants) => {
        expect(tenantArrayLiteral(tenants)).toBe(`{${tenants.join(',')}}`);
      }),
    );
  });

  it('refuses whatever is not a UUID, so that nothing else can reach a statement', () => {
    fc.assert(
      fc.property(fc.uuid(), fc.string({ minLength: 1 }), fc.nat(36), (uuid, noise, at) => {
        const forged = uuid.slice(0, at) + noise + uuid.slice(at);
        expect(() => tenantArrayLiteral([uuid, forged])).toThrow(RangeError);
      }),
    );
    expect(() => tenantArrayLiteral(["01980000-0000-7000-8000-000000000001\n'"])).toThrow(RangeError);
  });

  it('is bounded', () => {
    const many = Array.from({ length: 1_001 }, () => '01980000-0000-7000-8000-000000000001');
    expect(() => tenantArrayLiteral(many)).toThrow('at most 1000 tenants');
  });
});

describe('the SQL for migrations', () => {
  it.each([
    ['users; drop table users', enableTenantIsolation],
    ['a.b.c', enableTenantIsolation],
    ['"quoted"', disableTenantIsolation],
    ['role; --', createRoleIfMissing],
    ['', createRoleIfMissing],
  ])('refuses %j as a name', (name, build) => {
    expect(() => build(name)).toThrow(RangeError);
  });

  it('forces row-level security with one policy for reading and writing', () => {
    const sql = enableTenantIsolation('directory.users');
    expect(sql).toContain('alter table directory.users force row level security;');
    expect(sql.match(/tenant_id = any/g)).toHaveLength(2);
  });
});
