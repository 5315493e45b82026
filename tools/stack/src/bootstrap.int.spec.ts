import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ROOT } from './supervisor/stack-settings.js';

let root: string;

/** A checkout of one room, whose npm and compiler only write down that they were called. */
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'muster-bootstrap-spec-')));
  write('package.json', JSON.stringify({ workspaces: ['tools/*'], type: 'module' }));
  write('package-lock.json', '{}');
  write('tsconfig.base.json', '{}');
  write('tools/stack/package.json', '{"type":"module"}');
  write('tools/stack/tsconfig.json', '{}');
  write('tools/stack/src/index.ts', 'export {};');
  mkdirSync(join(root, 'tools'), { recursive: true });
  copyFileSync(join(ROOT, 'tools/bootstrap.mjs'), join(root, 'tools/bootstrap.mjs'));
  writeProgram(
    'path/npm',
    'mkdir -p node_modules/.bin; cp path/tsc node_modules/.bin/tsc; touch node_modules/.package-lock.json',
  );
  writeProgram('path/tsc', 'mkdir -p tools/stack/dist; cp program.js tools/stack/dist/test.js');
  symlinkSync(process.execPath, join(root, 'path/node'));
  write('program.js', PROGRAM);
});

/** Stands in for the built program: prints what it gets and ends as it is told. */
const PROGRAM = `
import process from 'node:process';
const [what, value] = process.argv.slice(2);
if (what === 'wait') {
  process.on('SIGTERM', () => { process.stdout.write('SIGTERM arrived\\n'); process.exit(7); });
  process.on('disconnect', () => process.exit(8));
}
if (what !== 'wait') process.disconnect();
if (what === 'exit') process.exitCode = Number(value);
process.stdout.write('arguments: ' + process.argv.slice(2).join(' ') + '\\n');
`;

afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(path: string, content: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
}

function writeProgram(path: string, script: string): void {
  const name = path.slice(path.lastIndexOf('/') + 1);
  write(path, `#!/bin/sh\necho ${name} >> calls.log\n${script}\n`);
  chmodSync(join(root, path), 0o755);
}

function callsSoFar(): string[] {
  const path = join(root, 'calls.log');
  return existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n') : [];
}

function bootstrap(...args: string[]): ChildProcess {
  return spawn(process.execPath, [join(root, 'tools/bootstrap.mjs'), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: `${join(root, 'path')}:${process.env['PATH']}` },
  });
}

async function run(...args: string[]): Promise<{ code: unknown; output: string; talk: string }> {
  const child = bootstrap(...args);
  if (child.stdout === null || child.stderr === null) throw new Error('no pipes');
  const [output, talk, ended] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit'),
  ]);
  return { code: ended[0], output, talk };
}

describe('tools/bootstrap.mjs', () => {
  it('installs and builds once, and hands arguments and exit code through', async () => {
    const first = await run('test', 'exit', '3');
    expect(first).toMatchObject({ code: 3, output: 'arguments: exit 3\n' });
    expect(first.talk).toContain('installing');
    expect(callsSoFar()).toEqual(['npm', 'tsc']);
    expect(await run('test', 'exit', '0')).toEqual({ code: 0, output: 'arguments: exit 0\n', talk: '' });
    expect(callsSoFar()).toEqual(['npm', 'tsc']);
  });

  it('builds again when a source has changed, and installs again when the lock file has', async () => {
    await run('test');
    write('tools/stack/src/index.ts', 'export const changed = true;');
    await run('test');
    expect(callsSoFar()).toEqual(['npm', 'tsc', 'tsc']);
    write('package-lock.json', '{"changed":true}');
    utimesSync(join(root, 'package-lock.json'), new Date(Date.now() + 60_000), new Date(Date.now() + 60_000));
    await run('test');
    expect(callsSoFar()).toEqual(['npm', 'tsc', 'tsc', 'npm', 'tsc']);
  });

  it('does not take a touched lock file for a changed one', async () => {
    await run('test');
    utimesSync(join(root, 'package-lock.json'), new Date(Date.now() + 60_000), new Date(Date.now() + 60_000));
    await run('test');
    expect(callsSoFar()).toEqual(['npm', 'tsc']);
  });

  it('lets one of two at once install and build', async () => {
    const [one, other] = await Promise.all([run('test', 'one'), run('test', 'other')]);
    expect([one.code, other.code]).toEqual([0, 0]);
    expect(callsSoFar()).toEqual(['npm', 'tsc']);
  });

  it('passes signals on', async () => {
    const child = bootstrap('test', 'wait');
    if (child.stdout === null) throw new Error('no pipe');
    const output = text(child.stdout);
    await once(child.stdout, 'data');
    child.kill('SIGTERM');
    const [code] = (await once(child, 'exit')) as [number];
    expect(code).toBe(7);
    expect(await output).toContain('SIGTERM arrived');
  });

  it('reports a build that failed, and a program it does not know', async () => {
    writeProgram('path/tsc', 'exit 2');
    expect(await run('test')).toMatchObject({ code: 2, talk: expect.stringContaining('the build failed') });
    expect(await run('explode')).toMatchObject({
      code: 1,
      talk: expect.stringContaining('start|test|bench'),
    });
  });
});
