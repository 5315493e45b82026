import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { EXIT_CODES } from '../exit-codes.js';
import { MusterctlError } from '../musterctl-error.js';
import { readSchemasFile } from './schemas-file.js';

const REGISTRATION = {
  schemas: [{ id: 'urn:example:Badge', name: 'Badge', attributes: [{ name: 'colour' }] }],
  resourceTypes: [{ name: 'User', schemaExtensions: [{ schema: 'urn:example:Badge', required: false }] }],
};

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'musterctl-schemas-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function problemOf(content: string | Buffer): Promise<MusterctlError> {
  writeFileSync(join(folder, 'file.json'), content);
  const error: unknown = await readSchemasFile('file.json', folder).catch((reason: unknown) => reason);
  if (!(error instanceof MusterctlError)) throw new Error('the file was read');
  return error;
}

describe('readSchemasFile', () => {
  it.each([
    ['a file', JSON.stringify(REGISTRATION)],
    ['a file of an editor that marks UTF-8', `\u{FEFF}${JSON.stringify(REGISTRATION, null, 2)}\r\n`],
  ])('reads %s', async (_, content) => {
    writeFileSync(join(folder, 'file.json'), content);
    expect(await readSchemasFile('file.json', folder)).toEqual(REGISTRATION);
    expect(await readSchemasFile(join(folder, 'file.json'), '/')).toEqual(REGISTRATION);
  });

  it.each([
    ['a comma too many in an object', '{\n  "schemas": [],\n}', 3, 1],
    ['a comma too many in a list', '{\n  "schemas": [\n    {},\n  ]\n}', 4, 3],
    ['a comma too few', '{\n  "schemas": []\n  "resourceTypes": []\n}', 3, 3],
    ['a word without quotes', '{\n  "schemas": none\n}', 2, 15],
    ['a comment', '// mine\n{}', 1, 1],
    ['an end too early', '{\n  "schemas": [', 2, 15],
    ['nothing', '', 1, 1],
    ['a long list with one bad item', `[\n${'"item",\n'.repeat(5_000)}item]`, 5_002, 1],
  ])('tells where %s is', async (_, content, line, column) => {
    const { exitCode, message } = await problemOf(content);
    expect(exitCode).toBe(EXIT_CODES.refused);
    expect(message).toMatch(/^file\.json is no JSON: \S/);
    expect(message).toContain(`(line ${line}, column ${column})`);
    expect(message).not.toMatch(/\p{Cc}/u);
  });

  it.each([
    ['is no registration', '{"schema": []}', 'file.json: registration has an unknown property'],
    [
      'has an attribute that cannot be',
      JSON.stringify({ schemas: [{ id: 'urn:a:b', name: 'b', attributes: [{ name: 'x', type: 'text' }] }] }),
      'attributes[0].type is not one of',
    ],
    [
      'has more than may be registered',
      JSON.stringify({ schemas: 'x'.repeat(300_000) }),
      'more than 262144 bytes',
    ],
    ['is too long to be read', ' '.repeat(1024 * 1024 + 1), 'file.json has more than 1048576 bytes'],
  ])('refuses a file that %s', async (_, content, says) => {
    const { exitCode, message } = await problemOf(content);
    expect(exitCode).toBe(EXIT_CODES.refused);
    expect(message).toContain(says);
  });

  it('refuses what cannot be read as text', async () => {
    const usage = { exitCode: EXIT_CODES.usage, message: expect.stringContaining('cannot be read') };
    expect(await problemOf(Buffer.from([0x7b, 0xff, 0x7d]))).toMatchObject(usage);
    await expect(readSchemasFile('nowhere.json', folder)).rejects.toMatchObject({
      ...usage,
      remedy: expect.stringContaining('ENOENT'),
    });
    await expect(readSchemasFile('.', folder)).rejects.toMatchObject(usage);
  });
});
