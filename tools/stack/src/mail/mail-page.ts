import { type CaughtMail, type CaughtMailContent } from './mailbox.js';

const STYLE =
  'body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem}table{border-collapse:collapse;width:100%}' +
  'th,td{text-align:left;padding:.4rem .8rem;border-bottom:1px solid #ddd}iframe{width:100%;height:36rem;border:1px solid #ddd}pre{white-space:pre-wrap}';

/** What a mail contains was written by others: it is shown as text, or in a frame without any rights. */
export const CONTENT_SECURITY_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-src 'self'; base-uri 'none'; form-action 'none'";

export function listPage(mails: readonly CaughtMail[]): string {
  const rows = mails.map(
    ({ id, receivedAt, from, to, subject }) =>
      `<tr><td>${escapeHtml(receivedAt)}</td><td>${escapeHtml(from)}</td><td>${escapeHtml(to.join(', '))}</td>` +
      `<td><a href="/mails/${encodeURIComponent(id)}">${escapeHtml(subject === '' ? '(no subject)' : subject)}</a></td></tr>`,
  );
  const table =
    rows.length === 0
      ? '<p>No mail yet.</p>'
      : `<table><thead><tr><th>Received</th><th>From</th><th>To</th><th>Subject</th></tr></thead><tbody>${rows.join('')}</tbody></table>`;
  return page('Caught mail', `<h1>Caught mail</h1>${table}`);
}

export function mailPage(mail: CaughtMailContent): string {
  const head = `<p><a href="/">All mail</a></p><h1>${escapeHtml(mail.subject)}</h1><p>${escapeHtml(mail.from)} to ${escapeHtml(mail.to.join(', '))}, ${escapeHtml(mail.receivedAt)}</p>`;
  const html =
    mail.html === '' ? '' : `<iframe sandbox title="Mail" srcdoc="${escapeHtml(mail.html)}"></iframe>`;
  return page(mail.subject, `${head}${html}<h2>Text</h2><pre>${escapeHtml(mail.text)}</pre>`);
}

function page(title: string, body: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escapeHtml(title)}</title><style>${STYLE}</style></head><body>${body}</body></html>`;
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
