import type { TenantId } from '@muster/contracts';
import type { MailKey } from './mail-content.js';

/**
 * The Message-ID (RFC 5322 section 3.6.4) of one mail to one recipient: the same for every attempt, another one for
 * another recipient. `recipientHash` keeps the address out of it.
 */
export function messageIdOf(mail: MailKey, recipientHash: string, host: string): string {
  return `<${mail.incidentId}.${mail.sequence}.${recipientHash}@${host}>`;
}

/** The mail that opened the incident: later ones refer to it, so that they read as one thread. */
export function threadIdOf(mail: MailKey, recipientHash: string, host: string): string | null {
  return mail.sequence === 1 ? null : messageIdOf({ ...mail, sequence: 1 }, recipientHash, host);
}

/** RFC 2919: one list per tenant, so that a receiver can sort these mails without reading them. */
export function listIdOf(tenantId: TenantId, host: string): string {
  return `<provisioning-failures.${tenantId}.${host}>`;
}
