import { render } from '@react-email/render';
import { createElement } from 'react';
import type { MailView } from '../../domain/mail-view.js';
import { FailureMail } from './failure-mail.js';
import { plainText } from './plain-text.js';

export interface RenderedMail {
  readonly subject: string;
  readonly text: string;
  /** Null when it would be larger than mail programs show: Gmail cuts at 102 KB. The text part says the same. */
  readonly html: string | null;
}

export const HTML_BYTES_MAX = 64 * 1024;

/** Both parts from one view, so that they cannot disagree. */
export async function renderMail(view: MailView): Promise<RenderedMail> {
  const html = await render(createElement(FailureMail, { view }));
  return {
    subject: view.subject,
    text: plainText(view),
    html: Buffer.byteLength(html) <= HTML_BYTES_MAX ? html : null,
  };
}
