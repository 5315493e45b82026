import { describe, expect, it } from '@jest/globals';
import { causeOf, causes, parseUuid, type TenantId } from '@muster/contracts';
import type { MailContent } from '../../domain/mail-content.js';
import { mailView } from '../../domain/mail-view.js';
import { renderMail } from './render-mail.js';

const tenantId = parseUuid<TenantId>('0199c1d2-0000-7000-8000-000000000001')!;
const CONSOLE_URL = 'https://console.example';

const content: MailContent = {
  kind: 'opened',
  tenantName: 'contoso',
  cause: 'domain_not_registered',
  openedAt: '2026-03-02T08:00:00.000Z',
  firstFailureAt: '2026-03-02T08:00:00.000Z',
  failureCount: 3,
  episodeFailureCount: 3,
  userCount: 3,
  groupCount: 0,
  otherCount: 0,
  countsAreLeast: false,
  names: ['ada@fabrikam.example', 'grace@fabrikam.example', 'alan@fabrikam.example'],
  detail:
    'The domain "fabrikam.example" of this user name is not registered for this tenant. Register the domain in the admin console under Domains, or correct the user name.',
  requestId: '0199c1d2-1111-7000-8000-000000000001',
  traceparents: [],
};

const render = (changes: Partial<MailContent> = {}) =>
  renderMail(mailView(tenantId, { ...content, ...changes }, CONSOLE_URL));

describe('a failure mail', () => {
  it('reads like this', async () => {
    const mail = await render();
    expect(mail.subject).toBe('[contoso] 3 users could not be provisioned: domain not registered');
    expect(mail.text).toBe(`3 users of contoso could not be provisioned

What happened
3 requests of your identity provider failed for the same reason, the first with this answer: The domain "fabrikam.example" of this user name is not registered for this tenant.

What to do
${causeOf('domain_not_registered').remedy}
https://console.example/tenants/0199c1d2-0000-7000-8000-000000000001/activity?result=failure&cause=domain_not_registered

Users
  - ada@fabrikam.example
  - grace@fabrikam.example
  - alan@fabrikam.example

Began:       2 March 2026 at 08:00 UTC
Tried again: Yes. Your identity provider repeats the request by itself.
Request id:  0199c1d2-1111-7000-8000-000000000001

-- 
You get this mail because failure notifications are switched on for contoso. To change the address or to stop these mails:
https://console.example/tenants/0199c1d2-0000-7000-8000-000000000001/notifications
`);
  });

  it('says the same in both parts', async () => {
    const view = mailView(tenantId, content, CONSOLE_URL);
    const { html, text } = await renderMail(view);
    const shown = unescaped(html ?? '');
    const said = [
      view.headline,
      view.happened,
      view.remedy,
      view.footer,
      ...view.names,
      view.consoleUrl,
      view.notificationsUrl,
    ];
    expect(said).not.toContain(null);
    for (const words of [
      ...said.filter((words) => words !== null),
      ...view.facts.map(({ value }) => value),
    ]) {
      expect(text).toContain(words);
      expect(shown).toContain(words);
    }
  });

  it.each([
    [{ userCount: 1, names: ['ada'] }, '[contoso] 1 user could not be provisioned: domain not registered'],
    [{ userCount: 0, groupCount: 2 }, '[contoso] 2 groups could not be provisioned: domain not registered'],
    [
      { userCount: 2, groupCount: 1 },
      '[contoso] 2 users and 1 group could not be provisioned: domain not registered',
    ],
    [{ userCount: 0, otherCount: 1 }, '[contoso] 1 resource could not be provisioned: domain not registered'],
    [
      { userCount: 2, groupCount: 1, otherCount: 5 },
      '[contoso] 2 users, 1 group and 5 other resources could not be provisioned: domain not registered',
    ],
    [{ userCount: 4_812 }, '[contoso] 4,812 users could not be provisioned: domain not registered'],
    [
      { userCount: 10_000, countsAreLeast: true },
      '[contoso] At least 10,000 users could not be provisioned: domain not registered',
    ],
    [
      { kind: 'continued' as const },
      '[contoso] 3 users still could not be provisioned: domain not registered',
    ],
    [
      { tenantName: 'x\r\nBcc: evil@x.example' },
      '[x Bcc: evil@x.example] 3 users could not be provisioned: domain not registered',
    ],
  ])('of %j has the subject %s', async (changes, subject) => {
    expect((await render(changes)).subject).toBe(subject);
  });

  it('names ten and counts the rest', async () => {
    const names = Array.from({ length: 40 }, (_, index) => `user${index}@fabrikam.example`);
    const { text, html } = await render({ userCount: 5_000, failureCount: 5_000, names });
    expect(text.match(/user\d+@/g)).toHaveLength(10);
    expect(text).toContain('  and 4,990 more\n');
    expect(html).toContain('and 4,990 more');
  });

  it('tells the whole extent when it was told before', async () => {
    expect((await render()).text).not.toContain('In all');
    const { text } = await render({ kind: 'continued', episodeFailureCount: 5_003 });
    expect(text).toContain(
      'Began:       2 March 2026 at 08:00 UTC\nIn all:      5,003 failed requests since then\n',
    );
  });

  it('says truthfully when the identity provider will not come again', async () => {
    const { text } = await render({ cause: 'invalid_path' });
    expect(text).toContain('Tried again: No. Your identity provider does not repeat the request by itself.');
  });

  it('links nowhere without a console', async () => {
    const { text, html } = await renderMail(mailView(tenantId, content, null));
    expect(text + (html ?? '')).not.toMatch(/https?:\/\/(?!www\.w3\.org)/);
    expect(text).toContain('To change the address or to stop these mails, ask the operator of this service.');
  });

  it('escapes what strangers wrote and fetches nothing', async () => {
    const names = ['<img src=x onerror=alert(1)>', '"><script>alert(1)</script>', 'x\r\nBcc: evil@x.example'];
    const { html, text } = await render({
      names,
      detail: '</p><img src="https://evil.example/p.png">',
      tenantName: '<b>contoso',
    });
    expect(html).not.toMatch(/<(?:img|script|iframe|link|object|embed|video|b>contoso)/);
    expect(html).not.toMatch(/url\(|@import/);
    expect(html).toContain('&lt;img src=x onerror=alert(1)&gt;');
    expect(text).toContain('  - x Bcc: evil@x.example\n');
    const links = [...(html ?? '').matchAll(/href="([^"]*)"/g)].map(([, link]) => link);
    expect(links).toHaveLength(2);
    for (const link of links) expect(link).toMatch(/^https:\/\/console\.example\/tenants\//);
  });

  it.each([...causes.keys()])(
    'stays small and complete for %s with the longest texts there can be',
    async (cause) => {
      const long = '🦉'.repeat(10_000);
      const { html, text, subject } = await render({
        cause,
        tenantName: long,
        names: Array.from({ length: 10 }, () => long),
        detail: long,
        requestId: long,
        userCount: 1_000_000,
      });
      expect(subject.length).toBeLessThan(400);
      expect(Buffer.byteLength(text)).toBeLessThan(16_000);
      expect(html).not.toBeNull();
      expect(Buffer.byteLength(html ?? '')).toBeLessThan(50_000);
    },
  );
});

function unescaped(html: string): string {
  return html
    .replaceAll(/<!--.*?-->/g, '')
    .replaceAll('&quot;', '"')
    .replaceAll('&#x27;', "'")
    .replaceAll('&amp;', '&');
}
