import {
  COMMAND_WARNINGS_MAX,
  type CreateCommand,
  type PatchCommand,
  type ReplaceCommand,
} from '@muster/contracts';
import { parsePatch, parseResource, type Warning } from '@muster/scim';
import { documentHash } from '../../commands/document-hash.js';
import type { Credential } from '../../credentials/credential.js';
import { commandHead, type Endpoint } from '../../endpoints/endpoint.js';
import { subjectOf, type WriteAttempt } from '../../failures/failure-of.js';
import { checkDomain, userNameIn, userNamesSetBy } from './check-domain.js';

/** Where a body goes, who sent it, and what learns whom it is about. */
export interface BodyContext {
  readonly endpoint: Endpoint;
  readonly credential: Credential;
  readonly attempt: WriteAttempt;
}

/** What every command of a body has beside the body itself. */
type Told = 'type' | 'resourceType' | 'warnings';

/** RFC 7644 section 3.3. Throws what makes the body unfit for its schema, and a user name outside the registered domains. */
export function createOfBody(
  body: unknown,
  context: BodyContext,
): Pick<CreateCommand, Told | 'document' | 'documentHash'> {
  const parsed = documentOf(body, 'create', context);
  return {
    ...commandHead(context.endpoint, 'create'),
    ...parsed,
    documentHash: documentHash(parsed.document),
  };
}

/** RFC 7644 section 3.5.1. Throws like `createOfBody`. */
export function replaceOfBody(body: unknown, context: BodyContext): Pick<ReplaceCommand, Told | 'document'> {
  return { ...commandHead(context.endpoint, 'replace'), ...documentOf(body, 'replace', context) };
}

/** RFC 7644 section 3.5.2. Throws like `createOfBody`, and for every user name that is set on the way. */
export function patchOfBody(
  body: unknown,
  { endpoint, credential, attempt }: BodyContext,
): Pick<PatchCommand, Told | 'patch'> {
  const { operations, warnings } = parsePatch(endpoint.resourceType, body, {
    unknownAttributes: credential.settings.unknownPatchAttributes,
  });
  if (endpoint.kind === 'user') {
    for (const userName of userNamesSetBy({ operations })) {
      if (typeof userName === 'string') attempt.subject = { userName };
      checkDomain(credential.domainPolicy, userName);
    }
  }
  return { ...commandHead(endpoint, 'patch'), patch: { operations }, ...toldOf(warnings) };
}

function documentOf(
  body: unknown,
  purpose: 'create' | 'replace',
  { endpoint, credential, attempt }: BodyContext,
) {
  const { document, warnings } = parseResource(endpoint.resourceType, body, purpose);
  attempt.subject = subjectOf(document);
  if (endpoint.kind === 'user') checkDomain(credential.domainPolicy, userNameIn(document));
  return { document, ...toldOf(warnings) };
}

/**
 * What of the warnings goes with the command, for the activity log. Not that `schemas` was incomplete: some connectors leave
 * it out of every request, nothing is lost by it, and it would stand in front of what a tenant admin has to know.
 */
function toldOf(warnings: readonly Warning[]): { readonly warnings?: readonly Warning[] } {
  const told = warnings.filter(({ kind }) => kind !== 'missingSchema').slice(0, COMMAND_WARNINGS_MAX);
  return told.length === 0 ? {} : { warnings: told };
}
