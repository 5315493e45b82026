import { randomUUID } from 'node:crypto';
import { parseUuid, type ProvisioningFailure, type TenantId } from '@muster/contracts';

export function newTenantId(): TenantId {
  const tenantId = parseUuid<TenantId>(randomUUID());
  if (tenantId === null) throw new Error('not a UUID');
  return tenantId;
}

/** A refused user of a domain that is not registered, with a failure id of its own. */
export function failureOf(
  tenantId: TenantId,
  changes: Partial<ProvisioningFailure> = {},
): ProvisioningFailure {
  const userName = changes.subject?.userName ?? `user-${randomUUID()}@fabrikam.example`;
  return {
    failureId: randomUUID(),
    tenantId,
    cause: 'domain_not_registered',
    status: 400,
    scimType: 'invalidValue',
    detail: 'The domain "fabrikam.example" of this user name is not registered for this tenant. Register it.',
    operation: 'create',
    resourceKind: 'user',
    subject: { userName },
    groupingKey: 'fabrikam.example',
    requestId: randomUUID(),
    source: 'gateway',
    occurredAt: new Date().toISOString(),
    ...changes,
  };
}
