import { describe, expect, it } from '@jest/globals';
import {
  MalformedMessageError,
  failureRecord,
  type CauseKey,
  type ProvisioningFailure,
} from '@muster/contracts';
import { gatewayFailure } from '../../testing/gateway-failure.js';
import { refusedRequestOf } from './refused-request.js';

const RESOURCE_ID = '0192f0c1-0000-7000-8000-00000000000b';

const read = (overrides: Partial<ProvisioningFailure>) =>
  refusedRequestOf(failureRecord(gatewayFailure(overrides)));

describe('refusedRequestOf', () => {
  it('takes what an entry tells, and nobody’s name', () => {
    const failure = gatewayFailure();
    expect(refusedRequestOf(failureRecord(failure))).toEqual({
      id: failure.failureId,
      tenantId: failure.tenantId,
      requestId: 'request-1',
      type: 'user.create.requested',
      resourceType: null,
      resourceId: null,
      cause: 'domain_not_registered',
      detail: 'The domain "wrong.test" is not registered.',
      refusedAt: new Date('2026-01-31T12:00:00.123Z'),
    });
  });

  it.each<readonly [Partial<ProvisioningFailure>, object]>([
    [{ operation: 'bulk' }, { type: 'bulk.requested' }],
    [
      { operation: 'patch', resourceKind: 'group', resourceId: RESOURCE_ID },
      { type: 'group.patch.requested', resourceId: RESOURCE_ID },
    ],
    [
      { operation: 'delete', resourceKind: 'resource', resourceType: 'Device', resourceId: 'no-id-of-ours' },
      { type: 'resource.delete.requested', resourceType: 'Device', resourceId: null },
    ],
  ])('%j becomes %j', (overrides, expected) => {
    expect(read(overrides)).toMatchObject(expected);
  });

  it('leaves to the directory what the directory decided or was asked to', () => {
    expect(read({ source: 'directory' })).toBeNull();
    const causes: CauseKey[] = ['not_applied_in_time', 'outcome_unknown'];
    for (const cause of causes) expect(read({ cause })).toBeNull();
  });

  it('cuts what is long and makes it fit for the database and the terminal', () => {
    const { detail, requestId, resourceType } = read({
      detail: `a\u0000b\u001b[31m\ud800${'x'.repeat(2_000)}`,
      requestId: 'r'.repeat(500),
      resourceKind: 'resource',
      resourceType: 't'.repeat(500),
    })!;
    expect(detail).toBe(`a\ufffdb\ufffd[31m\ufffd${'x'.repeat(1_000 - 9)}`);
    expect([requestId.length, resourceType?.length]).toEqual([128, 64]);
  });

  it.each<readonly [string, Partial<ProvisioningFailure>]>([
    ['an id that is no UUID', { failureId: 'request-1' }],
    ['an id without a time', { failureId: '5f0c8a3e-1b2d-4c3e-8f4a-5b6c7d8e9f00' }],
    ['a time that is none', { occurredAt: 'soon' }],
  ])('refuses %s', (_, overrides) => {
    expect(() => read(overrides)).toThrow(MalformedMessageError);
  });
});
