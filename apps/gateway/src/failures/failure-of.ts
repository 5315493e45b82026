import {
  causeOf,
  type CommandId,
  type FailureSubject,
  type Operation,
  type ProvisioningFailure,
  type ResourceKind,
  type TenantId,
} from '@muster/contracts';
import type { ScimDocument } from '@muster/scim';
import type { Refusal } from '../refusals/refusal.js';

/** What is known of a write when it fails; more of it the further the write came. */
export interface WriteAttempt {
  readonly operation: Operation | 'bulk';
  readonly resourceKind: ResourceKind;
  /** Its name, for the kind `resource` alone. */
  readonly resourceType?: string;
  resourceId?: string;
  subject: FailureSubject;
  /** The command that was made of it, once that is withdrawn for good. */
  withdrawn?: CommandId;
}

/** Who failed, for whom, when: what neither the attempt nor the refusal knows. */
export interface FailureCircumstances {
  readonly failureId: string;
  readonly tenantId: TenantId;
  readonly requestId: string;
  readonly occurredAt: string;
  readonly traceparent: string | undefined;
}

const SUBJECT_LENGTH_MAX = 512;
const RESOURCE_ID_LENGTH_MAX = 128;

/** Whether this refusal of a write is the gateway's to publish: the directory publishes what it decided itself. */
export function isPublishedHere(refusal: Refusal): boolean {
  return refusal.decidedBy === 'gateway' && causeOf(refusal.causeKey).notifies;
}

/** The record of a write that had no effect, or of which nobody knows. */
export function failureOf(
  refusal: Refusal,
  attempt: WriteAttempt,
  circumstances: FailureCircumstances,
): ProvisioningFailure {
  const { traceparent, ...rest } = circumstances;
  return {
    ...rest,
    cause: refusal.causeKey,
    status: refusal.status,
    ...(refusal.scimType === undefined ? {} : { scimType: refusal.scimType }),
    detail: refusal.detail,
    operation: attempt.operation,
    resourceKind: attempt.resourceKind,
    ...(attempt.resourceType === undefined ? {} : { resourceType: attempt.resourceType }),
    ...(attempt.resourceId === undefined
      ? {}
      : { resourceId: attempt.resourceId.slice(0, RESOURCE_ID_LENGTH_MAX) }),
    subject: attempt.subject,
    groupingKey: refusal.groupingKey,
    source: 'gateway',
    ...(traceparent === undefined ? {} : { traceparent }),
  };
}

/** Who a document is about, for the tenant admin's eyes. */
export function subjectOf(document: ScimDocument): FailureSubject {
  const subject: { -readonly [Name in keyof FailureSubject]: FailureSubject[Name] } = {};
  for (const name of ['userName', 'displayName', 'externalId'] as const) {
    const value = document[name];
    if (typeof value === 'string') subject[name] = value.slice(0, SUBJECT_LENGTH_MAX);
  }
  return subject;
}
