import { processTerminal } from './output/terminal.js';
import { runMusterctl } from './run-musterctl.js';

process.exitCode = await runMusterctl(process.argv.slice(2), {
  env: process.env,
  cwd: process.cwd(),
  now: () => new Date(),
  terminal: processTerminal,
});
