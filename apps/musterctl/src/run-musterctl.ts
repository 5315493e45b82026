import { Command, CommanderError } from 'commander';
import { activityCommand } from './commands/activity-command.js';
import { domainCommands } from './commands/domain-commands.js';
import { type CommandContext } from './commands/command-context.js';
import { tenantCommands } from './commands/tenant-commands.js';
import { tokenCommands } from './commands/token-commands.js';
import { EXIT_CODES, EXIT_CODES_HELP, type ExitCode } from './exit-codes.js';
import { MusterctlError } from './musterctl-error.js';

/** Runs one command line (without `node` and the program) and returns its exit code. Touches nothing but what the context gives. */
export async function runMusterctl(args: readonly string[], context: CommandContext): Promise<ExitCode> {
  const program = new Command('musterctl')
    .description('operate Muster: tenants, their domains, tokens and activity')
    .addHelpText('after', EXIT_CODES_HELP);
  const commands = [tenantCommands, domainCommands, tokenCommands, activityCommand];
  for (const command of commands) program.addCommand(command(context));
  for (const command of withDescendants(program)) {
    command.exitOverride().configureOutput({
      writeOut: (text) => context.terminal.data(text.trimEnd()),
      writeErr: (text) => context.terminal.talk(text.trimEnd()),
    });
  }
  try {
    await program.parseAsync(args, { from: 'user' });
    return EXIT_CODES.done;
  } catch (error) {
    return report(error, context);
  }
}

function report(error: unknown, { terminal }: CommandContext): ExitCode {
  // Commander has printed its message; asking for help is no error.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_CODES.done : EXIT_CODES.usage;
  if (error instanceof MusterctlError) {
    terminal.talk(`error: ${error.message}\n${error.remedy}`);
    return error.exitCode;
  }
  terminal.talk(`error: ${error instanceof Error ? error.message : String(error)}`);
  return EXIT_CODES.failed;
}

function withDescendants(command: Command): Command[] {
  return [command, ...command.commands.flatMap(withDescendants)];
}
