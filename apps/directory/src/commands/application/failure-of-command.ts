import { causeOf, domainOf, operationOf, resourceKindOf, type ProvisioningFailure } from '@muster/contracts';
import type { ScimDocument } from '@muster/scim';
import type { Refusal } from '../../resources/domain/decision.js';
import { isJob, type QueuedMessage } from './queued-command.js';

/** What is told of a command that was refused. */
export function failureOf(
  queued: QueuedMessage,
  refusal: Refusal,
  document: ScimDocument | null,
  nowMs: number,
): ProvisioningFailure {
  const { command } = queued;
  const { status, scimType } = causeOf(refusal.cause);
  const text = (name: string): Record<string, string> => {
    const value = document?.[name];
    return typeof value === 'string' ? { [name]: value } : {};
  };
  const userName = document?.userName;
  const domain =
    refusal.cause === 'domain_not_registered' && typeof userName === 'string' ? domainOf(userName) : null;
  return {
    // One failure per command, however often it is published.
    failureId: command.commandId,
    tenantId: command.tenantId,
    cause: refusal.cause,
    status,
    ...(scimType === undefined ? {} : { scimType }),
    detail: refusal.detail,
    ...matterOf(queued),
    subject: { ...text('userName'), ...text('displayName'), ...text('externalId') },
    groupingKey: domain ?? refusal.cause,
    requestId: command.requestId,
    source: 'directory',
    occurredAt: new Date(nowMs).toISOString(),
    ...(queued.traceparent === null ? {} : { traceparent: queued.traceparent }),
  };
}

/** What was asked for, of what. A job that failed as a whole has the kind of its first part. */
function matterOf(queued: QueuedMessage) {
  const { resourceId } = queued.command;
  if (!isJob(queued)) {
    const { type } = queued.command;
    const { resourceType } = queued.command;
    return {
      operation: operationOf(type),
      resourceKind: resourceKindOf(type),
      ...(resourceType === undefined ? {} : { resourceType }),
      resourceId,
    };
  }
  const [first] = queued.parts;
  return {
    operation: 'bulk' as const,
    resourceKind: first === undefined ? ('user' as const) : resourceKindOf(first.command.type),
    ...(first?.command.resourceType === undefined ? {} : { resourceType: first.command.resourceType }),
    resourceId,
  };
}
