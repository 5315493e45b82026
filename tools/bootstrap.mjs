/**
 * What `npm start`, `npm test`, `npm run bench` and `npm run conformance` go through. Runs under any Node from 20 on with nothing installed:
 * installs what the lock file wants, builds what is stale, then hands over to the Node of the lock file (24) with the built program.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { constants } from 'node:os';
import { delimiter, dirname, join, relative, resolve } from 'node:path';
import process from 'node:process';
import { setInterval } from 'node:timers';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const CACHE = join(ROOT, '.cache');
const MODULES = join(ROOT, 'node_modules');
const NODE_VERSION_MIN = 24;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];

const PROGRAMS = {
  start: 'tools/stack/dist/start.js',
  test: 'tools/stack/dist/test.js',
  bench: 'bench/dist/main.js',
  conformance: 'tests/conformance/dist/main.js',
};

/** The program that runs at the moment: signals are passed on to it. */
let current;
let stopSignal;

for (const signal of SIGNALS) process.on(signal, () => passOn(signal));

function passOn(signal) {
  stopSignal = signal;
  current?.kill(signal);
}

// npm passes a signal to its shell, and a shell in between dies of it without a word to us. (`exec` in package.json leaves none there.)
if (process.env.npm_lifecycle_event !== undefined) {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent && stopSignal === undefined) passOn('SIGTERM');
  }, 500).unref();
}

/** Runs a program to its end; resolves with an exit code as a shell would give it. */
function run(command, args, { ipc = false, env = {} } = {}) {
  return new Promise((resolvePromise, reject) => {
    current = spawn(command, args, {
      cwd: ROOT,
      stdio: ['inherit', 'inherit', 'inherit', ...(ipc ? ['ipc'] : [])],
      env: { ...process.env, PATH: `${join(MODULES, '.bin')}${delimiter}${process.env.PATH ?? ''}`, ...env },
    });
    current.once('error', reject);
    current.once('exit', (code, signal) => {
      current = undefined;
      resolvePromise(code ?? 128 + (constants.signals[signal] ?? 0));
    });
  });
}

function say(message) {
  process.stderr.write(`muster: ${message}\n`);
}

function digestOf(text) {
  return createHash('sha256').update(text).digest('hex');
}

function readText(path) {
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

/** A folder as a lock: of two starts at once, one installs and builds, the other waits for it. */
async function whileLocked(work) {
  const lock = join(CACHE, 'bootstrap.lock');
  const holderFile = join(lock, 'pid');
  mkdirSync(CACHE, { recursive: true });
  for (let tries = 0; ; tries += 1) {
    try {
      mkdirSync(lock);
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    if (stopSignal !== undefined) return;
    if (tries === 10) say('waiting for another install or build in this checkout');
    // The holder writes its id right after it made the folder.
    if (tries > 5 && !isAlive(Number(readText(holderFile)))) rmSync(lock, { recursive: true, force: true });
    else await delay(200);
  }
  try {
    writeFileSync(holderFile, String(process.pid));
    await work();
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

function isAlive(pid) {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** Are the packages those of the lock file? By content, since a checkout gives every file a new time; by time after an install by hand. */
function isInstalled(wanted) {
  if (readText(join(MODULES, '.muster-installed')) === wanted) return true;
  const theirs = join(MODULES, '.package-lock.json');
  return existsSync(theirs) && statSync(theirs).mtimeMs >= statSync(join(ROOT, 'package-lock.json')).mtimeMs;
}

async function install() {
  const wanted = digestOf(readText(join(ROOT, 'package-lock.json')));
  if (isInstalled(wanted)) return;
  say('installing the packages of package-lock.json (once, about a minute)');
  // Not `npm ci`: it refuses a lock file that was made where the binaries of other platforms could not be seen.
  const code = await run('npm', ['install', '--no-save', '--no-audit', '--no-fund', '--progress=true']);
  if (code !== 0) throw new BootstrapError('npm install failed; the reason is above', code);
  writeFileSync(join(MODULES, '.muster-installed'), wanted);
}

/** The rooms to build for a program: those named, and what they refer to; for the tests every room. */
function roomsFor(name) {
  const wanted =
    {
      start: ['tools/stack', 'apps/musterctl'],
      bench: ['bench', 'tools/stack'],
      conformance: ['tests/conformance', 'tools/stack'],
    }[name] ?? allRooms();
  const rooms = new Set();
  const visit = (room) => {
    if (rooms.has(room)) return;
    rooms.add(room);
    const { references = [] } = JSON.parse(readText(join(ROOT, room, 'tsconfig.json')));
    for (const { path } of references) visit(relative(ROOT, resolve(ROOT, room, path)));
  };
  wanted.forEach(visit);
  return [...rooms].sort();
}

function allRooms() {
  const { workspaces } = JSON.parse(readText(join(ROOT, 'package.json')));
  return workspaces
    .flatMap((pattern) => {
      if (!pattern.endsWith('/*')) return [pattern];
      const folder = pattern.slice(0, -2);
      return readdirSync(join(ROOT, folder)).map((entry) => `${folder}/${entry}`);
    })
    .filter((folder) => existsSync(join(ROOT, folder, 'tsconfig.json')));
}

/** Changes whenever a source file, a package or the compiler's settings change. */
function sourcesDigest(folders) {
  const hash = createHash('sha256');
  for (const file of ['package-lock.json', 'tsconfig.base.json']) hash.update(readText(join(ROOT, file)));
  for (const folder of folders) {
    for (const file of ['package.json', 'tsconfig.json']) hash.update(readText(join(ROOT, folder, file)));
    const source = join(ROOT, folder, 'src');
    if (!existsSync(source)) continue;
    for (const entry of readdirSync(source, { recursive: true }).sort()) {
      const { mtimeMs, size } = statSync(join(source, entry));
      hash.update(`${folder}/${entry} ${mtimeMs} ${size}\n`);
    }
  }
  return hash.digest('hex');
}

async function build(name) {
  const folders = roomsFor(name);
  const stampFile = join(CACHE, `built-${name}`);
  const wanted = sourcesDigest(folders);
  const isComplete = folders.every((folder) => existsSync(join(ROOT, folder, 'dist')));
  if (isComplete && readText(stampFile) === wanted) return;
  say('building what has changed');
  // One compiler for all rooms: it reads the types they share once, which takes a third of the time of a process per room.
  const code = await run(join(MODULES, '.bin', 'tsc'), ['-b', ...folders]);
  if (code !== 0) throw new BootstrapError('the build failed; the reason is above', code);
  writeFileSync(stampFile, wanted);
}

/** The Node of the lock file; a newer one of the machine when its binary could not be put in place. */
function findNode() {
  const bundled = join(MODULES, '.bin', 'node');
  if (existsSync(bundled)) return bundled;
  if (Number(process.versions.node.split('.')[0]) >= NODE_VERSION_MIN) return process.execPath;
  throw new BootstrapError(
    `Node ${NODE_VERSION_MIN} is missing: npm may be set to ignore install scripts. Run "npm rebuild node", or use Node ${NODE_VERSION_MIN}`,
  );
}

/** The folder of the stack, as its supervisor names it. */
function stackHome() {
  const wanted = resolve(process.env.MUSTER_HOME ?? join(ROOT, '.muster'));
  mkdirSync(wanted, { recursive: true });
  return realpathSync(wanted);
}

class BootstrapError extends Error {
  constructor(message, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

async function main([name, ...args]) {
  const program = Object.hasOwn(PROGRAMS, name ?? '') ? PROGRAMS[name] : undefined;
  if (program === undefined)
    throw new BootstrapError(`usage: bootstrap.mjs ${Object.keys(PROGRAMS).join('|')} [arguments]`);
  await whileLocked(async () => {
    await install();
    if (stopSignal === undefined) await build(name);
  });
  if (stopSignal !== undefined) return 128 + constants.signals[stopSignal];
  const mark = name === 'start' ? [`--stack=${stackHome()}`] : [];
  return run(findNode(), [join(ROOT, program), ...mark, ...args], { ipc: true });
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  say(error instanceof BootstrapError ? error.message : (error.stack ?? String(error)));
  process.exitCode = error.exitCode ?? 1;
}
