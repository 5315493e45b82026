import type { CommandId, ResourceId, StoredResource } from '@muster/contracts';
import type { ScimDocument } from '@muster/scim';

/** A resource as stored. `document` is canonical and holds neither id, meta nor members. Times are milliseconds since the epoch. */
export interface ResourceState {
  readonly id: ResourceId;
  readonly version: number;
  readonly document: ScimDocument;
  readonly createdAtMs: number;
  readonly lastModifiedMs: number;
  /** The command that created the resource: tells a repeated POST whose first answer was lost. */
  readonly createdBy: CommandId;
}

/** The first state of a resource. */
export function initialState(
  id: ResourceId,
  document: ScimDocument,
  createdBy: CommandId,
  nowMs: number,
): ResourceState {
  return { id, version: 1, document, createdAtMs: nowMs, lastModifiedMs: nowMs, createdBy };
}

/** The state after a change. `lastModified` never goes back, whatever the clock does. */
export function nextState<State extends ResourceState>(
  state: State,
  document: ScimDocument,
  nowMs: number,
): State {
  return {
    ...state,
    version: state.version + 1,
    document,
    lastModifiedMs: Math.max(nowMs, state.lastModifiedMs),
  };
}

/** The resource as replies and queries show it, without members and groups. */
export function toStoredResource(state: ResourceState): StoredResource {
  return {
    id: state.id,
    version: state.version,
    createdAt: new Date(state.createdAtMs).toISOString(),
    lastModified: new Date(state.lastModifiedMs).toISOString(),
    document: state.document,
  };
}
