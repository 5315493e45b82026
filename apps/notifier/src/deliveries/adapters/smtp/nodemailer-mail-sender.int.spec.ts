import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { SmtpDouble } from '../../../testing/smtp-double.js';
import type { ComposedMail } from '../../application/ports.js';
import { NodemailerMailSender } from './nodemailer-mail-sender.js';

const mail: ComposedMail = {
  recipient: 'it@contoso.example',
  messageId: '<incident.1.abc@muster.example>',
  subject: '[contoso] 1 user could not be provisioned',
  text: 'text part',
  html: '<p>html part</p>',
  listId: '<provisioning-failures.tenant.muster.example>',
  inReplyTo: null,
  settingsUrl: 'https://console.example/tenants/1/notifications',
};

// For a machine that is busy with other tests.
jest.setTimeout(60_000);

describe('NodemailerMailSender', () => {
  let smtp: SmtpDouble;
  let sender: NodemailerMailSender;

  beforeEach(async () => {
    smtp = await SmtpDouble.start();
    sender = senderTo(smtp.url);
  });

  afterEach(async () => {
    await smtp.close();
  });

  function senderTo(url: string, timeoutMs = 10_000): NodemailerMailSender {
    return new NodemailerMailSender({
      url,
      requireTls: false,
      from: 'Muster <muster@muster.example>',
      timeoutMs,
    });
  }

  it('sends both parts to the one recipient, marked as written by a machine', async () => {
    expect(await sender.send(mail)).toMatchObject({ outcome: 'accepted', smtpCode: 250 });
    const [received] = smtp.received;
    expect(received?.recipients).toEqual(['it@contoso.example']);
    expect(received?.sender).toBe('muster@muster.example');
    expect(received?.mail.messageId).toBe('<incident.1.abc@muster.example>');
    expect(received?.mail.text).toBe('text part');
    expect(received?.mail.html).toBe('<p>html part</p>');
    const headers = received?.mail.headers;
    expect(headers?.get('auto-submitted')).toBe('auto-generated');
    expect(headers?.get('x-auto-response-suppress')).toBe('All');
    expect(received?.raw).toMatch(/^List-Id: <provisioning-failures\.tenant\.muster\.example>\r$/im);
    expect(received?.raw).toMatch(
      /^List-Unsubscribe: <https:\/\/console\.example\/tenants\/1\/notifications>\r$/im,
    );
    expect(received?.mail.inReplyTo).toBeUndefined();
  });

  it('puts a later mail into the thread of the first', async () => {
    await sender.send({ ...mail, messageId: '<incident.2.abc@muster.example>', inReplyTo: mail.messageId });
    expect(smtp.received[0]?.mail).toMatchObject({ inReplyTo: mail.messageId, references: mail.messageId });
  });

  it.each([
    [
      { kind: 'refuse-recipient', code: 450 },
      { outcome: 'deferred', smtpCode: 450 },
    ],
    [
      { kind: 'refuse-recipient', code: 550 },
      { outcome: 'refused', smtpCode: 550 },
    ],
    [
      { kind: 'refuse-content', code: 451 },
      { outcome: 'deferred', smtpCode: 451 },
    ],
    [
      { kind: 'refuse-content', code: 554 },
      { outcome: 'refused', smtpCode: 554 },
    ],
    [{ kind: 'drop-after-final-dot' }, { outcome: 'deferred', smtpCode: null }],
  ] as const)('takes %j as %j', async (behaviour, expected) => {
    smtp.next(behaviour);
    expect(await sender.send(mail)).toMatchObject(expected);
  });

  it('gives up on a server that says nothing, in bounded time', async () => {
    smtp.next({ kind: 'silence' });
    const startedMs = performance.now();
    expect(await senderTo(smtp.url, 300).send(mail)).toMatchObject({ outcome: 'deferred', smtpCode: null });
    expect(performance.now() - startedMs).toBeLessThan(5_000);
  });

  it('takes a server that is not there as a matter of time', async () => {
    const { url } = smtp;
    await smtp.close();
    expect(await senderTo(url).send(mail)).toMatchObject({ outcome: 'deferred', smtpCode: null });
  });

  it('does not send in the clear when it must not', async () => {
    const strict = new NodemailerMailSender({
      url: smtp.url,
      requireTls: true,
      from: 'muster@muster.example',
      timeoutMs: 5_000,
    });
    expect(await strict.send(mail)).toMatchObject({ outcome: 'deferred' });
    expect(smtp.received).toEqual([]);
  });

  it.each([
    ['subject', { subject: 'x\r\nBcc: evil@x.example\r\n\r\nbody' }],
    ['list id', { listId: '<x>\r\nBcc: evil@x.example' }],
    ['settings link', { settingsUrl: 'https://x>\r\nBcc: evil@x.example' }],
    ['thread', { inReplyTo: '<x>\r\nBcc: evil@x.example' }],
    ['body', { text: 'x\r\n.\r\nMAIL FROM:<evil@x.example>\r\n' }],
  ])('lets no %s add a recipient or a header', async (_, changes) => {
    await sender.send({ ...mail, ...changes });
    expect(smtp.received).toHaveLength(1);
    const [received] = smtp.received;
    expect(received?.recipients).toEqual(['it@contoso.example']);
    expect(received?.raw.split('\r\n\r\n')[0]).not.toMatch(/^bcc:/im);
    expect(received?.mail.bcc).toBeUndefined();
  });
});
