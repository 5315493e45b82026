import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { simpleParser } from 'mailparser';

export interface CaughtMail {
  readonly id: string;
  /** ISO 8601. */
  readonly receivedAt: string;
  readonly from: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly messageId: string;
}

export interface CaughtMailContent extends CaughtMail {
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  readonly html: string;
}

const MAILS_MAX = 5_000;
const SUFFIX = '.eml';

/** Mails as `.eml` files in one folder, in order of arrival. The oldest go when there are too many. */
export class Mailbox {
  readonly #dir: string;
  readonly #mails = new Map<string, CaughtMail>();

  private constructor(dir: string) {
    this.#dir = dir;
  }

  /** Opens a folder with what earlier runs left there. */
  static async open(dir: string): Promise<Mailbox> {
    await mkdir(dir, { recursive: true, mode: 0o700 });
    const mailbox = new Mailbox(dir);
    const names = (await readdir(dir)).filter((name) => name.endsWith(SUFFIX)).sort();
    for (const name of names.slice(-MAILS_MAX)) {
      const id = name.slice(0, -SUFFIX.length);
      mailbox.#mails.set(id, await summaryOf(id, await readFile(join(dir, name))));
    }
    return mailbox;
  }

  /** The mail is on disk when this returns. */
  async add(raw: Buffer, now: Date): Promise<CaughtMail> {
    const id = `${now.toISOString().replaceAll(/[:.]/g, '-')}_${randomUUID()}`;
    const draft = join(this.#dir, `${id}.new`);
    await writeFile(draft, raw, { mode: 0o600, flush: true });
    await rename(draft, this.#pathOf(id));
    const mail = await summaryOf(id, raw);
    this.#mails.set(id, mail);
    await this.#dropOldest();
    return mail;
  }

  /** Newest first. */
  list(): readonly CaughtMail[] {
    return [...this.#mails.values()].reverse();
  }

  async read(id: string): Promise<CaughtMailContent | undefined> {
    const mail = this.#mails.get(id);
    if (mail === undefined) return undefined;
    const parsed = await simpleParser(await readFile(this.#pathOf(id)));
    const headers = Object.fromEntries(
      parsed.headerLines.map(({ key, line }) => [key, line.slice(line.indexOf(':') + 1).trim()]),
    );
    return {
      ...mail,
      headers,
      text: parsed.text ?? '',
      html: typeof parsed.html === 'string' ? parsed.html : '',
    };
  }

  async clear(): Promise<void> {
    for (const id of [...this.#mails.keys()]) await this.#drop(id);
  }

  async #dropOldest(): Promise<void> {
    const tooMany = this.#mails.size - MAILS_MAX;
    for (const id of [...this.#mails.keys()].slice(0, Math.max(0, tooMany))) await this.#drop(id);
  }

  async #drop(id: string): Promise<void> {
    this.#mails.delete(id);
    await rm(this.#pathOf(id), { force: true });
  }

  #pathOf(id: string): string {
    return join(this.#dir, `${id}${SUFFIX}`);
  }
}

async function summaryOf(id: string, raw: Buffer): Promise<CaughtMail> {
  const parsed = await simpleParser(raw, { skipHtmlToText: true, skipTextToHtml: true });
  const recipients = parsed.to === undefined ? [] : Array.isArray(parsed.to) ? parsed.to : [parsed.to];
  return {
    id,
    receivedAt: receivedAtOf(id),
    from: parsed.from?.text ?? '',
    to: recipients.flatMap(({ value }) => value.map(({ address }) => address ?? '')),
    subject: parsed.subject ?? '',
    messageId: parsed.messageId ?? '',
  };
}

/** The time in a mail's id (`2026-01-31T10-20-30-400Z_...`). */
function receivedAtOf(id: string): string {
  return id.replace(/^(\d+-\d+-\d+T\d+)-(\d+)-(\d+)-(\d+Z)_.*$/, '$1:$2:$3.$4');
}
