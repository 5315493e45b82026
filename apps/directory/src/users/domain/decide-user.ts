import {
  acceptsUserName,
  domainOf,
  type Command,
  type CreateCommand,
  type UserFactType,
} from '@muster/contracts';
import { diffDocuments, normaliseUnique, type ScimDocument } from '@muster/scim';
import {
  checkNames,
  checkVersion,
  isRefusal,
  refuse,
  type DecisionContext,
  type FactDraft,
  type Refusal,
} from '../../resources/domain/decision.js';
import { documentAfter } from '../../resources/domain/document-after.js';
import { checkSize } from '../../resources/domain/document-size.js';
import { lastIdentity } from '../../resources/domain/last-identity.js';
import { initialState, nextState, type ResourceState } from '../../resources/domain/resource-state.js';
import { uniqueNamesOf, valuesIn, type UniqueName } from '../../resources/domain/unique-name.js';
import type { FormerUser, FormerUsers } from './former-user.js';

/** The command takes effect: `next` is the user after it (null: gone), `fact` what is told of it (null: nothing changed). */
export interface UserAcceptance {
  readonly kind: 'accepted';
  readonly next: ResourceState | null;
  readonly fact: FactDraft | null;
  /** What is kept of a user who is gone, by tenants that keep identities. */
  readonly former?: FormerUser;
}

export interface UserDecisionContext extends DecisionContext {
  readonly formerUsers: FormerUsers;
}

export type UserDecision = UserAcceptance | Refusal;

/** Active unless it says otherwise: an attribute that was never sent disables nobody. */
export function isActive(document: ScimDocument): boolean {
  return document.active !== false;
}

/**
 * What a command does to a user. Pure: the same state, command and context always give the same decision.
 * `state` is null where the user does not exist (any more).
 */
export function decideUser(
  state: ResourceState | null,
  command: Command,
  context: UserDecisionContext,
): UserDecision {
  if ('documentHash' in command) return decideCreate(state, command, context);
  if (state === null) return refuse('not_found', { id: command.resourceId });
  const stale = checkVersion(state, 'ifMatch' in command ? command.ifMatch : undefined);
  if (stale !== null) return stale;
  switch (command.type) {
    case 'user.replace.requested': {
      const replacement = keepActive(state.document, command.document);
      const replaced = documentAfter(context.types.user, state.document, { document: replacement });
      return isRefusal(replaced) ? replaced : decideChange(state, replaced, context);
    }
    case 'user.patch.requested': {
      const patched = documentAfter(context.types.user, state.document, command);
      return isRefusal(patched) ? patched : decideChange(state, patched, context);
    }
    case 'user.delete.requested':
      return {
        kind: 'accepted',
        next: null,
        fact: { type: 'directory.user.deleted.v1', changed: [], previous: lastIdentity(state.document) },
        ...(context.settings.softDeleteUsers ? { former: formerUser(state) } : {}),
      };
    default:
      throw new Error(`${command.type} is not a command about a user`);
  }
}

function decideCreate(
  state: ResourceState | null,
  command: CreateCommand,
  context: UserDecisionContext,
): UserDecision {
  if (state !== null) throw new Error('a create met a user with its id');
  const document: ScimDocument =
    command.document.active === undefined ? withActive(command.document, true) : command.document;
  const refusal =
    checkDomain(document, context) ??
    checkSize(document, Object.keys(document)) ??
    checkNames(namesOf(document, context), command.resourceId, context.names);
  if (refusal !== null) return refusal;
  return {
    kind: 'accepted',
    next: firstState(command, document, context),
    fact: { type: 'directory.user.created.v1', changed: Object.keys(document) },
  };
}

/** Anew, or of a former user of this name: with her id, and a version that follows on that of her deletion. */
function firstState(
  { resourceId, commandId }: Command,
  document: ScimDocument,
  { nowMs, settings, formerUsers }: UserDecisionContext,
): ResourceState {
  const first = initialState(resourceId, document, commandId, nowMs);
  const former = settings.softDeleteUsers ? formerUsers.named(userNameKeyOf(document)) : null;
  if (former === null) return first;
  return { ...first, id: former.id, version: former.version + 1, createdAtMs: former.createdAtMs };
}

function formerUser(state: ResourceState): FormerUser {
  return {
    id: state.id,
    version: state.version + 1,
    document: withActive(state.document, false),
    createdAtMs: state.createdAtMs,
  };
}

function namesOf(document: ScimDocument, { types, settings }: DecisionContext): UniqueName[] {
  return uniqueNamesOf('user', types.user, valuesIn(document), settings);
}

/** What a former user is found by. */
export function userNameKeyOf({ userName }: ScimDocument): string {
  return typeof userName === 'string' ? normaliseUnique('userName', userName) : '';
}

function decideChange(state: ResourceState, document: ScimDocument, context: DecisionContext): UserDecision {
  const { changed, previous } = diffDocuments(state.document, document);
  if (changed.length === 0) return { kind: 'accepted', next: state, fact: null };
  const refusal =
    // A domain that was registered once binds nobody later: only a new user name is checked.
    (changed.includes('userName') ? checkDomain(document, context) : null) ??
    checkSize(document, changed) ??
    checkNames(namesOf(document, context), state.id, context.names);
  if (refusal !== null) return refusal;
  return {
    kind: 'accepted',
    next: nextState(state, document, context.nowMs),
    fact: { type: changeType(state.document, document), changed, previous },
  };
}

function changeType(before: ScimDocument, after: ScimDocument): UserFactType {
  if (isActive(before) === isActive(after)) return 'directory.user.updated.v1';
  return isActive(after) ? 'directory.user.activated.v1' : 'directory.user.deactivated.v1';
}

function checkDomain(document: ScimDocument, context: DecisionContext): Refusal | null {
  const { userName } = document;
  if (typeof userName !== 'string' || acceptsUserName(context.domainPolicy, userName)) return null;
  return refuse('domain_not_registered', { domain: domainOf(userName) ?? '' });
}

/** A PUT that is silent about `active` neither enables nor disables (RFC 7644 section 3.5.1 leaves that to the server). */
function keepActive(before: ScimDocument, after: ScimDocument): ScimDocument {
  return after.active === undefined && before.active !== undefined
    ? withActive(after, before.active === true)
    : after;
}

function withActive(document: ScimDocument, active: boolean): ScimDocument {
  return Object.assign(Object.create(null) as Record<string, never>, document, { active });
}
