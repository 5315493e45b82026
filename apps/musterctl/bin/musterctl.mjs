#!/usr/bin/env node
/** Runs with any Node: an old one hands over to the Node of the checkout. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import process from 'node:process';
import { fileURLToPath, pathToFileURL } from 'node:url';

const NODE_VERSION_MIN = 24;
const self = fileURLToPath(import.meta.url);
const program = resolve(dirname(self), '../dist/main.js');
const bundledNode = resolve(dirname(self), '../../../node_modules/.bin/node');

if (!existsSync(program)) {
  process.stderr.write(
    'musterctl is not built: run "npm run build" in the checkout (npm start does it as well)\n',
  );
  process.exitCode = 1;
} else if (Number(process.versions.node.split('.')[0]) >= NODE_VERSION_MIN) {
  await import(pathToFileURL(join(program)).href);
} else if (existsSync(bundledNode)) {
  const child = spawn(bundledNode, [program, ...process.argv.slice(2)], { stdio: 'inherit' });
  child.once('exit', (code, signal) => {
    process.exitCode = code ?? 128 + (constants.signals[signal] ?? 0);
  });
} else {
  process.stderr.write(
    `musterctl needs Node ${NODE_VERSION_MIN}, this is ${process.versions.node}: run "npm install" in the checkout\n`,
  );
  process.exitCode = 1;
}
