import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { SMTPServer } from 'smtp-server';
import { Mailbox } from './mailbox.js';
import { CONTENT_SECURITY_POLICY, listPage, mailPage } from './mail-page.js';

const HOST = '127.0.0.1';
const MAIL_BYTES_MAX = 10 * 1024 * 1024;

export interface MailCatcherOptions {
  readonly dir: string;
  readonly smtpPort: number;
  readonly pagePort: number;
}

/**
 * Takes every mail by SMTP, delivers none, and shows them:
 * `GET /` a page, `GET /api/mails` the list (newest first), `GET /api/mails/:id` one with its content, `DELETE /api/mails` to forget all.
 */
export interface MailCatcher {
  readonly smtpUrl: string;
  readonly mailUrl: string;
  /** The SMTP side refuses connections until `release`: a mail server that is down. */
  hold(): Promise<void>;
  release(): Promise<void>;
  close(): Promise<void>;
}

export async function startMailCatcher({
  dir,
  smtpPort,
  pagePort,
}: MailCatcherOptions): Promise<MailCatcher> {
  const mailbox = await Mailbox.open(dir);
  const page = createServer((request, response) => void answer(mailbox, request, response));
  await listening(page, pagePort);
  let smtp: SMTPServer | undefined = await startSmtp(mailbox, smtpPort);
  const hold = async (): Promise<void> => {
    const current = smtp;
    smtp = undefined;
    if (current !== undefined) await new Promise<void>((resolve) => current.close(resolve));
  };
  return {
    smtpUrl: `smtp://${HOST}:${smtpPort}`,
    mailUrl: `http://${HOST}:${pagePort}`,
    hold,
    release: async () => {
      smtp ??= await startSmtp(mailbox, smtpPort);
    },
    close: async () => {
      await hold();
      page.closeAllConnections();
      await new Promise((resolve) => page.close(resolve));
    },
  };
}

async function startSmtp(mailbox: Mailbox, port: number): Promise<SMTPServer> {
  const smtp = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    disableReverseLookup: true,
    size: MAIL_BYTES_MAX,
    closeTimeout: 500,
    onData: (stream, _session, callback) => {
      buffer(stream)
        .then(async (raw) => {
          if (stream.sizeExceeded) throw Object.assign(new Error('mail too large'), { responseCode: 552 });
          await mailbox.add(raw, new Date());
        })
        .then(
          () => callback(),
          (error: unknown) => callback(error instanceof Error ? error : new Error(String(error))),
        );
    },
  });
  await new Promise<void>((resolve, reject) => {
    smtp.once('error', reject);
    smtp.listen(port, HOST, () => resolve());
  });
  // A client that hangs up in the middle of a mail is its own affair.
  smtp.on('error', () => undefined);
  return smtp;
}

function listening(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, HOST, resolve);
  });
}

async function answer(mailbox: Mailbox, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = new URL(request.url ?? '/', `http://${HOST}`).pathname;
  const [, kind = '', ...rest] = path.split('/');
  const isApi = kind === 'api' && rest[0] === 'mails';
  try {
    if (request.method === 'DELETE' && isApi && rest.length === 1) {
      await mailbox.clear();
      return send(response, 204, '', 'text/plain');
    }
    if (request.method !== 'GET') return send(response, 405, 'only GET', 'text/plain');
    if (path === '/') return send(response, 200, listPage(mailbox.list()), 'text/html');
    if (isApi && rest.length === 1) return sendJson(response, 200, mailbox.list());
    const id = isApi ? rest[1] : kind === 'mails' ? rest[0] : undefined;
    const mail = id === undefined ? undefined : await mailbox.read(decodeURIComponent(id));
    if (mail === undefined) return send(response, 404, 'no such mail', 'text/plain');
    return isApi ? sendJson(response, 200, mail) : send(response, 200, mailPage(mail), 'text/html');
  } catch (error) {
    return send(response, 400, error instanceof Error ? error.message : 'bad request', 'text/plain');
  }
}

function sendJson(response: ServerResponse, status: number, value: unknown): void {
  send(response, status, JSON.stringify(value), 'application/json');
}

function send(response: ServerResponse, status: number, body: string, type: string): void {
  response.writeHead(status, {
    'content-type': `${type}; charset=utf-8`,
    'content-security-policy': CONTENT_SECURITY_POLICY,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  response.end(body);
}
