import type { MailView } from '../../domain/mail-view.js';

/** The text part: the same facts in the same order as the HTML part, for people who read mail as text. */
export function plainText(view: MailView): string {
  const names = view.names.map((name) => `  - ${name}`);
  if (view.more !== null) names.push(`  ${view.more}`);
  const labelWidth = Math.max(...view.facts.map(({ label }) => label.length)) + 1;
  return [
    view.headline,
    '',
    'What happened',
    view.happened,
    '',
    'What to do',
    view.remedy,
    ...lineOf(view.consoleUrl),
    '',
    view.namesTitle,
    ...names,
    '',
    ...view.facts.map(({ label, value }) => `${`${label}:`.padEnd(labelWidth)} ${value}`),
    '',
    // RFC 3676 section 4.3: what follows is the signature, which readers may fold away.
    '-- ',
    view.footer,
    ...lineOf(view.notificationsUrl),
    '',
  ].join('\n');
}

function lineOf(url: string | null): readonly string[] {
  return url === null ? [] : [url];
}
