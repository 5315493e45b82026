import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { EXIT_CODES } from '../exit-codes.js';
import { MusterctlError, usageError } from '../musterctl-error.js';

/** Where the admin API is, and what opens it. */
export interface AdminAccess {
  readonly url: string;
  readonly token: string;
}

export interface FindStackInput {
  readonly url?: string;
  readonly adminTokenFile?: string;
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
}

/**
 * The stack to talk to: what the command line says, else MUSTER_ADMIN_URL and MUSTER_ADMIN_TOKEN, else the `stack.json` of a local one
 * (in MUSTER_HOME, or in the next `.muster` folder upwards from the working directory).
 * The URL and its token always come from the same of these places, so that no token goes to a server it is not for.
 */
export function findStack(input: FindStackInput): AdminAccess {
  const { url, adminTokenFile, env } = input;
  if (url !== undefined) {
    const token = adminTokenFile === undefined ? env['MUSTER_ADMIN_TOKEN'] : readTokenFile(adminTokenFile);
    if (token === undefined || token === '') {
      throw usageError(
        '--url needs an admin token',
        'Add --admin-token-file FILE, or set MUSTER_ADMIN_TOKEN.',
      );
    }
    return { url: parseUrl(url), token };
  }
  if (adminTokenFile !== undefined)
    throw usageError('--admin-token-file goes with --url', 'Add --url URL of the admin API.');
  if (env['MUSTER_ADMIN_URL'] !== undefined && env['MUSTER_ADMIN_URL'] !== '') {
    return findStack({ ...input, url: env['MUSTER_ADMIN_URL'] });
  }
  return readStackFile(stackFile(input));
}

function readTokenFile(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    throw usageError(
      `the admin token file cannot be read: ${path}`,
      error instanceof Error ? error.message : String(error),
    );
  }
}

function parseUrl(text: string): string {
  const url = URL.parse(text);
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw usageError(
      `not an http(s) URL: ${text}`,
      'Give the base URL of the admin API, such as http://127.0.0.1:8081.',
    );
  }
  return text.replace(/\/+$/, '');
}

function stackFile({ env, cwd }: FindStackInput): string {
  const home = env['MUSTER_HOME'];
  if (home !== undefined && home !== '') return join(home, 'stack.json');
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    const candidate = join(folder, '.muster', 'stack.json');
    if (existsSync(candidate) || folder === dirname(folder)) return candidate;
  }
}

function readStackFile(path: string): AdminAccess {
  const remedy =
    'Start one with "npm start", run this inside its checkout, or give --url and --admin-token-file.';
  const fields = readFields(path);
  if (fields === undefined) throw new MusterctlError(EXIT_CODES.unreachable, 'no stack was found', remedy);
  const [url, token, state] = ['adminUrl', 'adminToken', 'state'].map((name) => fields.get(name));
  if (typeof url !== 'string' || typeof token !== 'string') {
    throw new MusterctlError(EXIT_CODES.unreachable, `${path} does not say where the admin API is`, remedy);
  }
  if (state === 'stopped' || state === 'failed') {
    throw new MusterctlError(
      EXIT_CODES.unreachable,
      `the stack of ${path} is not running (${state})`,
      remedy,
    );
  }
  return { url: parseUrl(url), token };
}

function readFields(path: string): ReadonlyMap<string, unknown> | undefined {
  if (!existsSync(path)) return undefined;
  const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
  return new Map<string, unknown>(Object.entries(value ?? {}));
}
