import type { CauseKey } from '../causes/causes.js';
import type { Operation, ResourceKind } from '../commands/commands.js';
import type { TenantId } from '../identity/ids.js';

/** Who the failing request was about, for the tenant admin's eyes. */
export interface FailureSubject {
  readonly userName?: string;
  readonly displayName?: string;
  readonly externalId?: string;
}

/** A provisioning request that did not take effect, on `provisioning.failures.v1`, keyed `tenant:resource`. */
export interface ProvisioningFailure {
  /** A UUIDv7. Of a command that the directory refused, or that the gateway withdrew: its id. */
  readonly failureId: string;
  readonly tenantId: TenantId;
  readonly cause: CauseKey;
  readonly status: number;
  readonly scimType?: string;
  readonly detail: string;
  readonly operation: Operation | 'bulk';
  readonly resourceKind: ResourceKind;
  /** Name of the resource type; there for the kind `resource`, and for no other. */
  readonly resourceType?: string;
  readonly resourceId?: string;
  readonly subject: FailureSubject;
  /** Together with tenant and cause this is one incident, for example the domain that is not registered. */
  readonly groupingKey: string;
  readonly requestId: string;
  /** Who found it. The directory skips its own when it reads the topic for its activity log. */
  readonly source: 'gateway' | 'directory';
  readonly occurredAt: string;
  readonly traceparent?: string;
}
