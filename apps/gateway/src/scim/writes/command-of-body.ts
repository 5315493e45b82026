import type { CreateCommand, PatchCommand, ReplaceCommand } from '@muster/contracts';
import { parsePatch, parseResource } from '@muster/scim';
import { documentHash } from '../../commands/document-hash.js';
import type { Credential } from '../../credentials/credential.js';
import { subjectOf, type WriteAttempt } from '../../failures/failure-of.js';
import { commandTypeOf, type Endpoint } from '../endpoints.js';
import { checkDomain, userNameIn, userNamesSetBy } from './check-domain.js';

/** Where a body goes, who sent it, and what learns whom it is about. */
export interface BodyContext {
  readonly endpoint: Endpoint;
  readonly credential: Credential;
  readonly attempt: WriteAttempt;
}

/** RFC 7644 section 3.3. Throws what makes the body unfit for its schema, and a user name outside the registered domains. */
export function createOfBody(
  body: unknown,
  context: BodyContext,
): Pick<CreateCommand, 'type' | 'document' | 'documentHash'> {
  const document = documentOf(body, 'create', context);
  return { type: commandTypeOf(context.endpoint, 'create'), document, documentHash: documentHash(document) };
}

/** RFC 7644 section 3.5.1. Throws like `createOfBody`. */
export function replaceOfBody(
  body: unknown,
  context: BodyContext,
): Pick<ReplaceCommand, 'type' | 'document'> {
  return { type: commandTypeOf(context.endpoint, 'replace'), document: documentOf(body, 'replace', context) };
}

/** RFC 7644 section 3.5.2. Throws like `createOfBody`, and for every user name that is set on the way. */
export function patchOfBody(
  body: unknown,
  { endpoint, credential, attempt }: BodyContext,
): Pick<PatchCommand, 'type' | 'patch'> {
  const { operations } = parsePatch(endpoint.resourceType, body, {
    unknownAttributes: credential.settings.unknownPatchAttributes,
  });
  if (endpoint.kind === 'user') {
    for (const userName of userNamesSetBy({ operations })) {
      if (typeof userName === 'string') attempt.subject = { userName };
      checkDomain(credential.domainPolicy, userName);
    }
  }
  return { type: commandTypeOf(endpoint, 'patch'), patch: { operations } };
}

function documentOf(
  body: unknown,
  purpose: 'create' | 'replace',
  { endpoint, credential, attempt }: BodyContext,
) {
  const { document } = parseResource(endpoint.resourceType, body, purpose);
  attempt.subject = subjectOf(document);
  if (endpoint.kind === 'user') checkDomain(credential.domainPolicy, userNameIn(document));
  return document;
}
