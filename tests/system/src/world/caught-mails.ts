import { type CaughtMailContent } from '@muster/stack';
import { type SystemWorld, type TestTenant } from './system-world.js';

/** The mails about a tenant's failures that the mail server took, oldest first. */
export async function caughtMails(
  { stack }: SystemWorld,
  { tenantId }: TestTenant,
): Promise<readonly CaughtMailContent[]> {
  const list = (await readJson(`${stack.state().mailUrl}/api/mails`)) as readonly { readonly id: string }[];
  const mails: CaughtMailContent[] = [];
  for (const { id } of list.toReversed()) {
    const mail = (await readJson(
      `${stack.state().mailUrl}/api/mails/${encodeURIComponent(id)}`,
    )) as CaughtMailContent;
    if (mail.headers['list-id']?.includes(tenantId) === true) mails.push(mail);
  }
  return mails;
}

async function readJson(url: string): Promise<unknown> {
  const response = await fetch(url);
  if (response.status !== 200) throw new Error(`${url} answered ${response.status}`);
  return response.json();
}
