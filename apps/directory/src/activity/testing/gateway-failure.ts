import type { ProvisioningFailure, TenantId } from '@muster/contracts';
import { v7 as uuidV7 } from 'uuid';

/** What a gateway publishes when it refuses to create a user; ids are new each time. */
export function gatewayFailure(overrides: Partial<ProvisioningFailure> = {}): ProvisioningFailure {
  return {
    failureId: uuidV7(),
    tenantId: '0192f0c1-0000-7000-8000-00000000000a' as TenantId,
    cause: 'domain_not_registered',
    status: 400,
    scimType: 'invalidValue',
    detail: 'The domain "wrong.test" is not registered.',
    operation: 'create',
    resourceKind: 'user',
    subject: { userName: 'ann@wrong.test', displayName: 'Ann' },
    groupingKey: 'wrong.test',
    requestId: 'request-1',
    source: 'gateway',
    occurredAt: '2026-01-31T12:00:00.123Z',
    ...overrides,
  };
}
