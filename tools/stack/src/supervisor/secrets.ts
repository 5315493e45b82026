import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { readJson, writePrivateJson } from './private-json.js';

/** What the services of one stack trust each other by. */
export interface StackSecrets {
  readonly internalToken: string;
  readonly adminToken: string;
  /** Keys the digests of tenant tokens: with another one no token is valid any more. */
  readonly pepper: string;
}

const NAMES = ['internalToken', 'adminToken', 'pepper'] as const;

/** Those of an earlier start, or new ones. */
export function provideSecrets(home: string): StackSecrets {
  const path = join(home, 'secrets.json');
  const kept = readJson(path);
  if (isSecrets(kept)) return kept;
  const secrets = { internalToken: newSecret(), adminToken: newSecret(), pepper: newSecret() };
  writePrivateJson(path, secrets);
  return secrets;
}

function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

function isSecrets(value: unknown): value is StackSecrets {
  if (typeof value !== 'object' || value === null) return false;
  const fields = new Map<string, unknown>(Object.entries(value));
  return NAMES.every((name) => typeof fields.get(name) === 'string');
}
