import type { CauseKey, CommandId, CommandMessageType, ResourceId, TenantId } from '@muster/contracts';

/** A request that the gateway refused: what an entry of the activity tells of it. No subject and no body. */
export interface RefusedRequest {
  /** Of its failure: a UUIDv7 of the gateway, like that of a command. */
  readonly id: CommandId;
  readonly tenantId: TenantId;
  readonly requestId: string;
  /** Of the command that it would have become. */
  readonly type: CommandMessageType;
  /** Name of the resource type, where it is one of the tenant's own. */
  readonly resourceType: string | null;
  /** Null where nothing was there yet, and where the request named what cannot be a resource. */
  readonly resourceId: ResourceId | null;
  readonly cause: CauseKey;
  readonly detail: string;
  readonly refusedAt: Date;
}

/**
 * Where refused requests become entries of the activity. An id that has an entry keeps it, whoever made it; requests of
 * tenants that nobody knows and those older than what the activity keeps are passed over. So the same requests may come
 * again at any time, in any order.
 */
export interface RefusedRequests {
  /** All of them or, when it rejects, none. At most 500. */
  enter(requests: readonly RefusedRequest[]): Promise<void>;
}
