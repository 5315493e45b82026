import { ScimError, renderScimError } from '@muster/scim';
import { RequestAbortedError } from '../../limits/read-body.js';
import { Refusal, refusalOfScimError } from '../../refusals/refusal.js';
import type { Answer } from './exchange.js';

/** RFC 6750 section 3: without it, clients do not know how to authenticate. */
const CHALLENGE = 'Bearer realm="scim"';

/** The refusal that an error stands for; an error that nobody foresaw is 500 and says nothing of itself. */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  if (error instanceof ScimError) return refusalOfScimError(error);
  if (error instanceof RequestAbortedError)
    return new Refusal('invalid_syntax', { detail: 'The body ended early.' });
  return new Refusal('internal_error');
}

/** The SCIM error (RFC 7644 section 3.12) with the headers that its status asks for. */
export function errorAnswer(refusal: Refusal): Answer {
  const headers: Record<string, string> = {};
  if (refusal.status === 401) {
    headers['www-authenticate'] =
      refusal.causeKey === 'token_missing' ? CHALLENGE : `${CHALLENGE}, error="invalid_token"`;
  }
  if (refusal.retryAfterSeconds !== undefined) headers['retry-after'] = String(refusal.retryAfterSeconds);
  if (refusal.allow !== undefined) headers.allow = refusal.allow;
  const { status, detail, scimType } = refusal;
  return {
    status,
    headers,
    body: renderScimError(scimType === undefined ? { status, detail } : { status, detail, scimType }),
  };
}
