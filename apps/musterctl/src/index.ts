export { EXIT_CODES, type ExitCode } from './exit-codes.js';
export { runMusterctl } from './run-musterctl.js';
export { type CommandContext } from './commands/command-context.js';
