import type { Command } from '@muster/contracts';
import { diffDocuments, type ResourceType, type ScimDocument } from '@muster/scim';
import {
  checkNames,
  checkVersion,
  isRefusal,
  refuse,
  type DecisionContext,
  type FactDraft,
  type Refusal,
} from './decision.js';
import { documentAfter } from './document-after.js';
import { checkSize } from './document-size.js';
import { lastIdentity } from './last-identity.js';
import { initialState, nextState, type ResourceState } from './resource-state.js';
import { uniqueNamesOf, valuesIn, type NameOwner, type UniqueName } from './unique-name.js';

/** A resource of a type that its tenant registered. */
export interface OwnResourceState extends ResourceState {
  /** Name of the type. */
  readonly type: string;
}

/** The command takes effect: `next` is the resource after it (null: gone), `fact` what is told of it (null: nothing changed). */
export interface ResourceAcceptance {
  readonly kind: 'accepted';
  readonly next: OwnResourceState | null;
  readonly fact: FactDraft | null;
}

export type ResourceDecision = ResourceAcceptance | Refusal;

/** Whose names the resources of this type share. */
export function ownerOf(resourceType: Pick<ResourceType, 'name'>): NameOwner {
  return `type:${resourceType.name}`;
}

/** What a command does to a resource of the tenant's own type. Pure. `state` is null where there is none of that type (any more). */
export function decideResource(
  resourceType: ResourceType,
  state: OwnResourceState | null,
  command: Command,
  context: DecisionContext,
): ResourceDecision {
  if (command.type === 'resource.create.requested') {
    if (state !== null) throw new Error('a create met a resource with its id');
    const { document, resourceId, commandId } = command;
    const changed = Object.keys(document);
    const refusal =
      checkSize(document, changed) ??
      checkNames(namesOf(resourceType, document, context), resourceId, context.names);
    if (refusal !== null) return refusal;
    const next = {
      ...initialState(resourceId, document, commandId, context.nowMs),
      type: resourceType.name,
    };
    return { kind: 'accepted', next, fact: { type: 'directory.resource.created.v1', changed } };
  }
  if (state === null) return refuse('not_found', { id: command.resourceId });
  const stale = checkVersion(state, 'ifMatch' in command ? command.ifMatch : undefined);
  if (stale !== null) return stale;
  if (command.type === 'resource.delete.requested') {
    const previous = lastIdentity(state.document);
    return {
      kind: 'accepted',
      next: null,
      fact: { type: 'directory.resource.deleted.v1', changed: [], previous },
    };
  }
  if (!('patch' in command) && !('document' in command)) throw new Error(`${command.type} changes nothing`);
  const document = documentAfter(resourceType, state.document, command);
  return isRefusal(document) ? document : decideChange(resourceType, state, document, context);
}

function decideChange(
  resourceType: ResourceType,
  state: OwnResourceState,
  document: ScimDocument,
  context: DecisionContext,
): ResourceDecision {
  const { changed, previous } = diffDocuments(state.document, document);
  if (changed.length === 0) return { kind: 'accepted', next: state, fact: null };
  const refusal =
    checkSize(document, changed) ??
    checkNames(namesOf(resourceType, document, context), state.id, context.names);
  if (refusal !== null) return refusal;
  const next = nextState(state, document, context.nowMs);
  return { kind: 'accepted', next, fact: { type: 'directory.resource.updated.v1', changed, previous } };
}

function namesOf(
  resourceType: ResourceType,
  document: ScimDocument,
  { settings }: DecisionContext,
): UniqueName[] {
  return uniqueNamesOf(ownerOf(resourceType), resourceType, valuesIn(document), settings);
}
