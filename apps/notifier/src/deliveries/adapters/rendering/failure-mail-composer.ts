import { createHash } from 'node:crypto';
import type { ComposedMail, MailComposer } from '../../application/ports.js';
import type { MailContent, MailKey } from '../../domain/mail-content.js';
import { listIdOf, messageIdOf, threadIdOf } from '../../domain/mail-identity.js';
import { mailView } from '../../domain/mail-view.js';
import { renderMail } from './render-mail.js';

const RECIPIENT_HASH_CHARACTERS = 16;

export class FailureMailComposer implements MailComposer {
  /**
   * @param host Right-hand side of Message-ID and List-Id: a domain of ours.
   * @param consoleUrl Null where there is no console.
   */
  constructor(
    private readonly host: string,
    private readonly consoleUrl: string | null,
  ) {}

  async compose(mail: MailKey, content: MailContent, recipient: string): Promise<ComposedMail> {
    const view = mailView(mail.tenantId, content, this.consoleUrl);
    const hash = createHash('sha256')
      .update(recipient.toLowerCase())
      .digest('hex')
      .slice(0, RECIPIENT_HASH_CHARACTERS);
    return {
      ...(await renderMail(view)),
      recipient,
      messageId: messageIdOf(mail, hash, this.host),
      listId: listIdOf(mail.tenantId, this.host),
      inReplyTo: threadIdOf(mail, hash, this.host),
      settingsUrl: view.notificationsUrl,
    };
  }
}
