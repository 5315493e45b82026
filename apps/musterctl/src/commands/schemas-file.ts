import { isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';
import { resolve } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { EXIT_CODES } from '../exit-codes.js';
import { MusterctlError, usageError } from '../musterctl-error.js';

/** Bytes with white space and all; what is registered may have a quarter of it. */
const FILE_BYTES_MAX = 1024 * 1024;

const BYTE_ORDER_MARK = /^\u{FEFF}/u;

/**
 * Reads schemas to register from a file and checks them as the directory will, so that a mistake is told at once and with the
 * place it is at. Throws `usage` for a file that cannot be read, `refused` for what cannot be registered.
 */
export async function readSchemasFile(path: string, cwd: string): Promise<unknown> {
  const json = parse(await read(path, cwd), path);
  // Here and not above: no other command has to wait for it.
  const { tenantSchemasFromJson } = await import('@muster/contracts');
  try {
    tenantSchemasFromJson(json);
  } catch (error) {
    throw refused(
      `${path}: ${wordsOf(error)}`,
      'Correct the file and try again; docs/reference/schemas.md says what may be registered.',
    );
  }
  return json;
}

async function read(path: string, cwd: string): Promise<string> {
  // Not by its size: what a shell makes of <(...) has none.
  const start = createReadStream(resolve(cwd, path), { end: FILE_BYTES_MAX });
  const bytes = await buffer(start).catch((error: unknown) => {
    throw unreadable(path, wordsOf(error));
  });
  if (bytes.length > FILE_BYTES_MAX) {
    throw refused(
      `${path} has more than ${FILE_BYTES_MAX} bytes`,
      'Register fewer schemas, or shorten descriptions.',
    );
  }
  if (!isUtf8(bytes)) throw unreadable(path, 'It is no text in UTF-8.');
  return bytes.toString('utf8').replace(BYTE_ORDER_MARK, '');
}

function parse(text: string, path: string): unknown {
  const problem = problemOf(text);
  if (problem === null) return JSON.parse(text);
  const at = positionOf(text, problem);
  const before = text.slice(0, at).split('\n');
  const place = `line ${before.length}, column ${(before.at(-1) ?? '').length + 1}`;
  const words = problem.replace(/ in JSON at position .*$/, '');
  throw refused(`${path} is no JSON: ${words} (${place})`, `Correct ${path} and try again.`);
}

/** What the parser says; null: the text is JSON. */
function problemOf(text: string): string | null {
  try {
    JSON.parse(text);
    return null;
  } catch (error) {
    return wordsOf(error);
  }
}

/** Where the parser stopped, by its own words, else by the shortest beginning of the text that it stops at already. */
function positionOf(text: string, problem: string): number {
  const said = / at position (\d+)/.exec(problem)?.[1];
  if (said !== undefined) return Number(said);
  const isStopped = (length: number): boolean =>
    problemOf(text.slice(0, length))?.startsWith('Unexpected token') === true;
  if (!isStopped(text.length)) return text.length;
  let [passed, stopped] = [0, text.length];
  while (stopped - passed > 1) {
    const middle = Math.floor((passed + stopped) / 2);
    if (isStopped(middle)) stopped = middle;
    else passed = middle;
  }
  return stopped - 1;
}

function unreadable(path: string, why: string): MusterctlError {
  return usageError(`the file ${path} cannot be read`, why);
}

function refused(message: string, remedy: string): MusterctlError {
  return new MusterctlError(EXIT_CODES.refused, message, remedy);
}

/** On one line, and nothing that would move the cursor: the parser quotes the file. */
function wordsOf(error: unknown): string {
  const words = error instanceof Error ? error.message : String(error);
  return words.replaceAll(/[\s\p{Cc}]+/gu, ' ');
}
