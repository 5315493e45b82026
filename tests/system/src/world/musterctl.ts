import { runMusterctl } from '@muster/musterctl';

/** Where the admin API is, and what opens it. */
export interface AdminDoor {
  readonly adminUrl: string;
  readonly adminToken: string;
}

/** Runs `musterctl` as in a shell beside the stack and returns what it printed; fails when it does. */
export async function musterctl({ adminUrl, adminToken }: AdminDoor, ...args: string[]): Promise<string> {
  const data: string[] = [];
  const talk: string[] = [];
  const exitCode = await runMusterctl(args, {
    env: { MUSTER_ADMIN_URL: adminUrl, MUSTER_ADMIN_TOKEN: adminToken },
    cwd: '/',
    now: () => new Date(),
    terminal: { data: (text) => data.push(text), talk: (text) => talk.push(text) },
  });
  if (exitCode !== 0) throw new Error(`musterctl ${args.join(' ')}: ${exitCode} ${talk.join('\n')}`);
  return data.join('\n');
}
