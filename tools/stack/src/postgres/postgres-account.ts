import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Whom Postgres runs as. Empty for an ordinary user: then it runs as that user. */
export interface PostgresAccount {
  readonly uid?: number;
  readonly gid?: number;
}

/** Postgres refuses to run as root. For root: the system's `postgres` user, made when there is none. */
export async function findPostgresAccount(): Promise<PostgresAccount> {
  if (process.getuid?.() !== 0) return {};
  const found = (await idsOf('postgres')) ?? (await createAccount()) ?? (await idsOf('nobody'));
  if (found === undefined) {
    throw new Error(
      'Postgres cannot run as root, and there is no other user on this system: create a user "postgres"',
    );
  }
  return found;
}

async function createAccount(): Promise<PostgresAccount | undefined> {
  try {
    await run('groupadd', ['--force', '--system', 'postgres']);
    await run('useradd', ['--system', '--no-create-home', '--gid', 'postgres', 'postgres']);
  } catch {
    // Another start on this machine may have made it in this moment; a missing useradd leaves it missing.
  }
  return idsOf('postgres');
}

async function idsOf(user: string): Promise<{ uid: number; gid: number } | undefined> {
  try {
    const [uid, gid] = await Promise.all([run('id', ['-u', user]), run('id', ['-g', user])]);
    return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  } catch {
    return undefined;
  }
}
