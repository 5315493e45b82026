import { causeOf, type CauseKey, type TenantId } from '@muster/contracts';
import { oneLine } from '../../text/one-line.js';
import { NAMES_MAX, type MailContent } from './mail-content.js';

/** What both parts of a mail show, in words. Every string is one bounded, printable line, not escaped for any format. */
export interface MailView {
  readonly subject: string;
  readonly headline: string;
  /** What happened. */
  readonly happened: string;
  /** What to do. */
  readonly remedy: string;
  /** Where to read more; null where there is no console. */
  readonly consoleUrl: string | null;
  readonly namesTitle: string;
  readonly names: readonly string[];
  /** `and 4,990 more`; null when all are named. */
  readonly more: string | null;
  readonly facts: readonly { readonly label: string; readonly value: string }[];
  readonly footer: string;
  readonly notificationsUrl: string | null;
}

const TENANT_CHARACTERS_MAX = 60;
const NAME_CHARACTERS_MAX = 120;
const SENTENCE_CHARACTERS_MAX = 300;
const REQUEST_ID_CHARACTERS_MAX = 64;

const count = new Intl.NumberFormat('en-US');
const enumeration = new Intl.ListFormat('en-GB', { type: 'conjunction' });
const moment = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'UTC',
  day: 'numeric',
  month: 'long',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
});

/** @param consoleUrl Where the tenant's admin reads more, null for nowhere; the only place that links lead to. */
export function mailView(tenantId: TenantId, content: MailContent, consoleUrl: string | null): MailView {
  const tenant = oneLine(content.tenantName, TENANT_CHARACTERS_MAX);
  const definition = causeOf(content.cause);
  const who = whoOf(content);
  const again = content.kind === 'continued' ? ' still' : '';
  const names = content.names.slice(0, NAMES_MAX).map((name) => oneLine(name, NAME_CHARACTERS_MAX));
  const notNamed = content.userCount + content.groupCount + content.otherCount - names.length;
  return {
    subject: `[${tenant}] ${who}${again} could not be provisioned: ${phraseOf(content.cause)}`,
    headline: `${who} of ${tenant}${again} could not be provisioned`,
    happened: happenedOf(content),
    remedy: definition.remedy,
    consoleUrl: consolePage(consoleUrl, tenantId, 'activity', { result: 'failure', cause: content.cause }),
    namesTitle: namesTitleOf(content),
    names,
    more:
      notNamed > 0 ? `and ${content.countsAreLeast ? 'at least ' : ''}${count.format(notNamed)} more` : null,
    facts: factsOf(content, definition.retriedByIdentityProvider),
    footer: footerOf(tenant, consoleUrl),
    notificationsUrl: consolePage(consoleUrl, tenantId, 'notifications', {}),
  };
}

/** `domain_not_registered` reads `domain not registered`: keys of the catalogue are plain words. */
function phraseOf(cause: CauseKey): string {
  return cause.replaceAll('_', ' ');
}

function counted(value: number, noun: string): string {
  return `${count.format(value)} ${noun}${value === 1 ? '' : 's'}`;
}

function whoOf({ userCount, groupCount, otherCount, countsAreLeast }: MailContent): string {
  const parts: string[] = [];
  if (userCount > 0) parts.push(counted(userCount, 'user'));
  if (groupCount > 0) parts.push(counted(groupCount, 'group'));
  if (otherCount > 0) parts.push(counted(otherCount, parts.length === 0 ? 'resource' : 'other resource'));
  return `${countsAreLeast ? 'At least ' : ''}${enumeration.format(parts)}`;
}

function namesTitleOf({ userCount, groupCount, otherCount }: MailContent): string {
  if (otherCount > 0) return 'Resources';
  if (groupCount === 0) return 'Users';
  return userCount === 0 ? 'Groups' : 'Users and groups';
}

function happenedOf(content: MailContent): string {
  const requests =
    content.failureCount === 1
      ? 'A request of your identity provider failed with this answer'
      : `${count.format(content.failureCount)} requests of your identity provider failed for the same reason, the first with this answer`;
  return `${requests}: ${firstSentence(oneLine(content.detail, SENTENCE_CHARACTERS_MAX))}`;
}

/** The remedy is told in our own words below, so the advice that a SCIM detail ends with would only be said twice. */
function firstSentence(detail: string): string {
  const end = detail.indexOf('. ');
  return end < 0 ? detail : detail.slice(0, end + 1);
}

function factsOf(content: MailContent, isRetried: boolean): MailView['facts'] {
  const inAll = {
    label: 'In all',
    value: `${counted(content.episodeFailureCount, 'failed request')} since then`,
  };
  return [
    { label: 'Began', value: `${moment.format(new Date(content.openedAt))} UTC` },
    // An earlier mail may not have arrived, or may be forgotten: this one tells how much there was.
    ...(content.kind === 'continued' ? [inAll] : []),
    {
      label: 'Tried again',
      value: isRetried
        ? 'Yes. Your identity provider repeats the request by itself.'
        : 'No. Your identity provider does not repeat the request by itself.',
    },
    { label: 'Request id', value: oneLine(content.requestId, REQUEST_ID_CHARACTERS_MAX) },
  ];
}

function footerOf(tenant: string, consoleUrl: string | null): string {
  const how = consoleUrl === null ? ', ask the operator of this service.' : ':';
  return `You get this mail because failure notifications are switched on for ${tenant}. To change the address or to stop these mails${how}`;
}

function consolePage(
  consoleUrl: string | null,
  tenantId: TenantId,
  page: string,
  query: Readonly<Record<string, string>>,
): string | null {
  if (consoleUrl === null) return null;
  const url = new URL(`${consoleUrl.replace(/\/+$/, '')}/tenants/${encodeURIComponent(tenantId)}/${page}`);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  return url.href;
}
