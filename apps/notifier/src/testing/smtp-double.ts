import type { AddressInfo, Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { simpleParser, type ParsedMail } from 'mailparser';
import { SMTPServer, type SMTPServerSession } from 'smtp-server';

/** How the server treats one attempt. */
export type SmtpBehaviour =
  | { readonly kind: 'accept'; readonly delayMs?: number }
  /** Answers RCPT TO with this code. */
  | { readonly kind: 'refuse-recipient'; readonly code: number }
  /** Answers the content with this code. */
  | { readonly kind: 'refuse-content'; readonly code: number }
  /** Takes the mail, and the connection breaks before the client hears of it. */
  | { readonly kind: 'drop-after-final-dot' }
  /** Takes the connection and says nothing. */
  | { readonly kind: 'silence' };

export interface ReceivedMail {
  readonly recipients: readonly string[];
  readonly sender: string;
  readonly raw: string;
  readonly mail: ParsedMail;
}

/** A real SMTP server on a free port that follows a script, one entry per attempt, and accepts when there is none left. */
export class SmtpDouble {
  readonly received: ReceivedMail[] = [];
  /** Most attempts under way at the same time for one Message-ID. */
  concurrentSameMail = 0;
  private readonly script: SmtpBehaviour[] = [];
  private readonly behaviours = new WeakMap<SMTPServerSession, SmtpBehaviour>();
  private readonly underWay = new Map<string, number>();
  private readonly sockets = new Map<string, Socket>();
  private readonly waiting = new Set<() => void>();
  private readonly server: SMTPServer;
  private silence = Promise.withResolvers<void>();

  private constructor() {
    this.server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS', 'AUTH'],
      disableReverseLookup: true,
      closeTimeout: 100,
      onConnect: (session, callback) => void this.connected(session).then(() => callback()),
      onRcptTo: (_address, session, callback) => {
        const behaviour = this.behaviourOf(session);
        callback(behaviour.kind === 'refuse-recipient' ? refusal(behaviour.code) : null);
      },
      onData: (stream, session, callback) => {
        void buffer(stream).then(async (raw) => callback(await this.take(raw, session)));
      },
    });
    // Broken connections are part of the script.
    this.server.on('error', () => undefined);
    this.server.server.on('connection', (socket) =>
      this.sockets.set(`${socket.remoteAddress}:${socket.remotePort}`, socket),
    );
  }

  static async start(): Promise<SmtpDouble> {
    const double = new SmtpDouble();
    await new Promise<void>((resolve) => double.server.listen(0, '127.0.0.1', () => resolve()));
    return double;
  }

  get url(): string {
    return `smtp://127.0.0.1:${(this.server.server.address() as AddressInfo).port}`;
  }

  /** Adds to the script. */
  next(...behaviours: readonly SmtpBehaviour[]): void {
    this.script.push(...behaviours);
  }

  /** Resolves once so many mails have been taken. */
  async untilReceived(count: number, timeoutMs = 15_000): Promise<readonly ReceivedMail[]> {
    const deadline = Date.now() + timeoutMs;
    while (this.received.length < count) {
      const leftMs = deadline - Date.now();
      if (leftMs <= 0) throw new Error(`${this.received.length} mails of ${count} within ${timeoutMs} ms`);
      await this.change(leftMs);
    }
    return this.received;
  }

  async close(): Promise<void> {
    this.silence.resolve();
    for (const socket of this.sockets.values()) socket.destroy();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  private change(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.waiting.delete(done);
        resolve();
      };
      const timer = setTimeout(done, timeoutMs);
      this.waiting.add(done);
    });
  }

  private async connected(session: SMTPServerSession): Promise<void> {
    const behaviour = this.script.shift() ?? { kind: 'accept' };
    this.behaviours.set(session, behaviour);
    if (behaviour.kind === 'silence') await this.silence.promise;
  }

  private behaviourOf(session: SMTPServerSession): SmtpBehaviour {
    return this.behaviours.get(session) ?? { kind: 'accept' };
  }

  private async take(raw: Buffer, session: SMTPServerSession): Promise<Error | null> {
    const behaviour = this.behaviourOf(session);
    const mail = await simpleParser(raw);
    await this.whileUnderWay(mail.messageId ?? '', behaviour);
    if (behaviour.kind === 'refuse-content') return refusal(behaviour.code);
    const { mailFrom, rcptTo } = session.envelope;
    this.received.push({
      recipients: rcptTo.map(({ address }) => address),
      sender: mailFrom === false ? '' : mailFrom.address,
      raw: raw.toString(),
      mail,
    });
    for (const wake of [...this.waiting]) wake();
    if (behaviour.kind === 'drop-after-final-dot') {
      this.sockets.get(`${session.remoteAddress}:${session.remotePort}`)?.destroy();
    }
    return null;
  }

  private async whileUnderWay(messageId: string, behaviour: SmtpBehaviour): Promise<void> {
    const count = (this.underWay.get(messageId) ?? 0) + 1;
    this.underWay.set(messageId, count);
    this.concurrentSameMail = Math.max(this.concurrentSameMail, count);
    if (behaviour.kind === 'accept' && behaviour.delayMs !== undefined) {
      await new Promise((resolve) => setTimeout(resolve, behaviour.delayMs));
    }
    this.underWay.set(messageId, (this.underWay.get(messageId) ?? 1) - 1);
  }
}

function refusal(code: number): Error {
  return Object.assign(new Error('as the script says'), { responseCode: code });
}
