import { createTransport } from 'nodemailer';
import type { ComposedMail, MailSender } from '../../application/ports.js';
import type { AttemptResult } from '../../domain/after-attempt.js';
import { RESPONSE_CHARACTERS_MAX, resultOfSmtpFailure } from '../../domain/smtp-failure.js';
import { oneLine } from '../../../text/one-line.js';

export interface MailSenderOptions {
  /** `smtp://` or `smtps://`, with credentials where the server wants them. */
  readonly url: string;
  /** Refuse to speak to a server without STARTTLS. */
  readonly requireTls: boolean;
  /** The address, with or without a name, that mails come from. */
  readonly from: string;
  /** One attempt takes no longer, however slowly the server answers. Milliseconds. */
  readonly timeoutMs: number;
}

/** A connection per mail: mails are few by design, and a connection that was kept is one more thing to be dead. */
export class NodemailerMailSender implements MailSender {
  private readonly transport;

  constructor(private readonly options: MailSenderOptions) {
    this.transport = createTransport({
      url: options.url,
      requireTLS: options.requireTls,
      connectionTimeout: Math.min(10_000, options.timeoutMs),
      greetingTimeout: Math.min(10_000, options.timeoutMs),
      socketTimeout: Math.min(20_000, options.timeoutMs),
      // No part of a mail is ever a file or a page that somebody named.
      disableFileAccess: true,
      disableUrlAccess: true,
    });
  }

  async send(mail: ComposedMail): Promise<AttemptResult> {
    try {
      const { response } = await this.transport.sendMail({
        ...this.content(mail),
        signal: AbortSignal.timeout(this.options.timeoutMs),
      });
      const smtpCode = Number.parseInt(response, 10);
      return { outcome: 'accepted', smtpCode, response: oneLine(response, RESPONSE_CHARACTERS_MAX) };
    } catch (error) {
      return resultOfSmtpFailure({
        responseCode: numberField(error, 'responseCode'),
        response: textField(error, 'response'),
        command: textField(error, 'command'),
        code: textField(error, 'code'),
      });
    }
  }

  private content(mail: ComposedMail) {
    return {
      from: this.options.from,
      to: { name: '', address: mail.recipient },
      subject: mail.subject,
      text: mail.text,
      ...(mail.html === null ? {} : { html: mail.html }),
      messageId: mail.messageId,
      ...(mail.inReplyTo === null ? {} : { inReplyTo: mail.inReplyTo, references: mail.inReplyTo }),
      // RFC 3834 section 5: a machine wrote this, and no machine shall answer it. The second is Microsoft's word for it.
      headers: {
        'Auto-Submitted': 'auto-generated',
        'X-Auto-Response-Suppress': 'All',
        'List-Id': mail.listId,
        ...(mail.settingsUrl === null ? {} : { 'List-Unsubscribe': `<${mail.settingsUrl}>` }),
      },
    };
  }
}

function field(error: unknown, name: string): unknown {
  return error instanceof Error ? Reflect.get(error, name) : undefined;
}

function numberField(error: unknown, name: string): number | undefined {
  const value = field(error, name);
  return typeof value === 'number' ? value : undefined;
}

function textField(error: unknown, name: string): string | undefined {
  const value = field(error, name);
  return typeof value === 'string' ? value : undefined;
}
