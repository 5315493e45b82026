import { Option, type Command } from 'commander';
import { AdminClient } from '../admin/admin-client.js';
import { findStack } from '../admin/find-stack.js';
import { type Terminal } from '../output/terminal.js';

/** What commands get from outside: nothing else of the process. */
export interface CommandContext {
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  readonly now: () => Date;
  readonly terminal: Terminal;
}

interface SharedOptions {
  readonly url?: string;
  readonly adminTokenFile?: string;
  readonly output: 'table' | 'json';
}

/** Options every command understands. */
export function withSharedOptions(command: Command): Command {
  return command
    .addOption(
      new Option('-o, --output <format>', 'what goes to standard output')
        .choices(['table', 'json'])
        .default('table'),
    )
    .option(
      '--url <url>',
      'base URL of the admin API (default: MUSTER_ADMIN_URL, or the stack of this checkout)',
    )
    .option(
      '--admin-token-file <file>',
      'file with the admin token, for --url (default: MUSTER_ADMIN_TOKEN)',
    );
}

export function clientFor(command: Command, context: CommandContext): AdminClient {
  const { url, adminTokenFile } = command.opts<SharedOptions>();
  return new AdminClient(
    findStack({
      ...(url === undefined ? {} : { url }),
      ...(adminTokenFile === undefined ? {} : { adminTokenFile }),
      env: context.env,
      cwd: context.cwd,
    }),
  );
}

/** Prints a value: as JSON, or as `text` makes it readable. */
export function show<T>(
  command: Command,
  context: CommandContext,
  value: T,
  text: (value: T) => string,
): void {
  const { output } = command.opts<SharedOptions>();
  context.terminal.data(output === 'json' ? JSON.stringify(value, null, 2) : text(value));
}
