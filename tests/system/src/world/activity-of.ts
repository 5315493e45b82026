import { musterctl, type AdminDoor } from './musterctl.js';

/** Of an entry, what tests look at. */
export interface ListedEntry {
  readonly commandId: string;
  readonly operation: string;
  readonly resource: { readonly type: string; readonly id: string | null } | null;
  readonly outcome: string;
  readonly changed: boolean | null;
  readonly failure: { readonly cause: string; readonly status: number; readonly detail: string } | null;
  readonly requestId: string;
  readonly warnings: readonly { readonly kind: string; readonly path: string; readonly text: string }[];
}

/** What `musterctl activity` lists of a tenant, newest first. */
export async function activityOf(
  door: AdminDoor,
  { tenantId }: { readonly tenantId: string },
  ...options: string[]
): Promise<readonly ListedEntry[]> {
  const text = await musterctl(door, 'activity', tenantId, '-o', 'json', ...options);
  return (JSON.parse(text) as { readonly entries: readonly ListedEntry[] }).entries;
}
