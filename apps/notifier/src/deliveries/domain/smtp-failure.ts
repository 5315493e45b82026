import { oneLine } from '../../text/one-line.js';
import type { AttemptResult } from './after-attempt.js';

/** What a mail client says of an attempt that failed; every field may be missing. */
export interface SmtpFailure {
  /** Reply code of the server (RFC 5321 section 4.2). */
  readonly responseCode?: number | undefined;
  /** The reply itself. */
  readonly response?: string | undefined;
  /** The command that was answered, such as `RCPT TO`. */
  readonly command?: string | undefined;
  /** Code of the client's own, such as `ETIMEDOUT`. */
  readonly code?: string | undefined;
}

/** Code points of a reply that are kept. */
export const RESPONSE_CHARACTERS_MAX = 300;

/** Only an answer to these is about the mail or its recipient; everything before is about the way to the server. */
const ABOUT_THE_MAIL: ReadonlySet<string> = new Set(['MAIL FROM', 'RCPT TO', 'DATA']);

/**
 * 5xx to the mail itself is final. 4xx, a broken connection and silence are not; neither is 5xx to the greeting, to
 * STARTTLS or to our credentials: that is trouble of the operator, and the mail must not die of it.
 */
export function resultOfSmtpFailure(
  failure: SmtpFailure,
): AttemptResult & { outcome: 'deferred' | 'refused' } {
  const smtpCode = failure.responseCode ?? null;
  const response = oneLine(failure.response ?? failure.code ?? 'no answer', RESPONSE_CHARACTERS_MAX);
  const final = smtpCode !== null && smtpCode >= 500 && ABOUT_THE_MAIL.has(failure.command ?? '');
  return { outcome: final ? 'refused' : 'deferred', smtpCode, response };
}
