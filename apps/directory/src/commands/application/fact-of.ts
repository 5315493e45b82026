import type {
  Command,
  Fact,
  FactCause,
  FactType,
  MembersDelta,
  ResourceId,
  TenantId,
} from '@muster/contracts';
import { operationOf } from '@muster/contracts';
import type { ScimDocument } from '@muster/scim';
import type { ResourceState } from '../../resources/domain/resource-state.js';

export interface FactParts {
  readonly type: FactType;
  /** Of a resource of the tenant's own type. */
  readonly resourceType?: string;
  readonly tenantId: TenantId;
  readonly resourceId: ResourceId;
  readonly version: number;
  readonly part: number;
  readonly parts: number;
  readonly changed: readonly string[];
  readonly previous?: ScimDocument;
  readonly state: ResourceState | null;
  readonly members?: MembersDelta;
  readonly cause: FactCause;
  /** When the batch was decided: the time of a fact about a resource that is gone. Milliseconds since the epoch. */
  readonly atMs: number;
}

/** `factId` is made of resource, version and part: the same however often it is sent. */
export function factOf(parts: FactParts): Fact {
  const { state, atMs, previous, members, ...rest } = parts;
  return {
    ...rest,
    factId: `${parts.resourceId}.${parts.version}.${parts.part}`,
    occurredAt: new Date(state?.lastModifiedMs ?? atMs).toISOString(),
    ...(previous === undefined ? {} : { previous }),
    ...(members === undefined ? {} : { members }),
    resource:
      state === null
        ? null
        : Object.assign(Object.create(null) as Record<string, never>, { id: state.id }, state.document),
  };
}

export function causeOfCommand(command: Command): FactCause {
  return {
    commandId: command.commandId,
    tokenId: command.tokenId,
    requestId: command.requestId,
    operation: operationOf(command.type),
  };
}
