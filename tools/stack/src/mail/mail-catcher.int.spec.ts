import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { findFreePort } from '../process/free-port.js';
import { type MailCatcher, startMailCatcher } from './mail-catcher.js';
import { type CaughtMail, type CaughtMailContent } from './mailbox.js';

let dir: string;
let catcher: MailCatcher;
let smtpPort: number;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'muster-mail-spec-'));
  await open();
});

afterEach(async () => {
  await catcher.close();
  rmSync(dir, { recursive: true, force: true });
});

async function open(): Promise<void> {
  smtpPort = await findFreePort();
  catcher = await startMailCatcher({ dir, smtpPort, pagePort: await findFreePort() });
}

/** Sends one mail, line by line; rejects when the server refuses. */
async function send(subject: string, body = '<p>Hello <b>Ada</b></p>'): Promise<void> {
  const socket = connect({ host: '127.0.0.1', port: smtpPort });
  const lines = createInterface({ input: socket })[Symbol.asyncIterator]();
  const expectCode = async (code: string): Promise<void> => {
    for (;;) {
      const { value } = await lines.next();
      const line = String(value);
      if (!line.startsWith(code)) throw new Error(`the server said ${line}`);
      if (line[3] === ' ') return;
    }
  };
  const failed = new Promise<never>((_resolve, reject) => socket.once('error', reject));
  const mail = [
    'From: Muster <muster@localhost>',
    'To: Admin <admin@example.com>, second@example.com',
    `Subject: ${subject}`,
    'Message-ID: <one@localhost>',
    'Content-Type: text/html; charset=utf-8',
    '',
    body,
    '.',
  ];
  const dialogue = async (): Promise<void> => {
    await expectCode('220');
    for (const [command, code] of [
      ['EHLO test', '250'],
      ['MAIL FROM:<muster@localhost>', '250'],
      ['RCPT TO:<admin@example.com>', '250'],
      ['DATA', '354'],
      [mail.join('\r\n'), '250'],
      ['QUIT', '221'],
    ] as const) {
      socket.write(`${command}\r\n`);
      await expectCode(code);
    }
  };
  try {
    await Promise.race([dialogue(), failed]);
  } finally {
    socket.destroy();
  }
}

async function list(): Promise<CaughtMail[]> {
  return (await (await fetch(`${catcher.mailUrl}/api/mails`)).json()) as CaughtMail[];
}

describe('the mail catcher', () => {
  it('shows what it caught to programs, newest first', async () => {
    await send('first');
    await send('second');
    const [newest, oldest] = await list();
    expect(newest).toMatchObject({
      subject: 'second',
      to: ['admin@example.com', 'second@example.com'],
      messageId: '<one@localhost>',
    });
    expect(oldest?.subject).toBe('first');
    expect(Number.isNaN(Date.parse(newest?.receivedAt ?? ''))).toBe(false);
    const content = (await (
      await fetch(`${catcher.mailUrl}/api/mails/${newest?.id}`)
    ).json()) as CaughtMailContent;
    expect(content.html).toContain('Hello <b>Ada</b>');
    expect(content.headers['from']).toBe('Muster <muster@localhost>');
    expect((await fetch(`${catcher.mailUrl}/api/mails/none`)).status).toBe(404);
  });

  it('shows a page that nothing in a mail can act in', async () => {
    await send('<script>alert(1)</script>', '<img src=x onerror="alert(2)">');
    const response = await fetch(catcher.mailUrl);
    const page = await response.text();
    expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(page).not.toContain('<script>');
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
    const [mail] = await list();
    const mailPage = await (await fetch(`${catcher.mailUrl}/mails/${mail?.id}`)).text();
    expect(mailPage).toContain('<iframe sandbox');
    expect(mailPage).not.toContain('<img');
  });

  it('keeps mails over a restart, as files', async () => {
    await send('kept');
    await catcher.close();
    await open();
    expect((await list()).map(({ subject }) => subject)).toEqual(['kept']);
    expect(readdirSync(dir).filter((name) => name.endsWith('.eml'))).toHaveLength(1);
    await fetch(`${catcher.mailUrl}/api/mails`, { method: 'DELETE' });
    expect(await list()).toEqual([]);
    expect(readdirSync(dir)).toEqual([]);
  });

  it('can be a mail server that is down for a while', async () => {
    await catcher.hold();
    await expect(send('lost')).rejects.toThrow('ECONNREFUSED');
    await catcher.release();
    await send('found');
    expect((await list()).map(({ subject }) => subject)).toEqual(['found']);
  });
});
