import { Command, InvalidArgumentError } from 'commander';
import { type ActivityEntry, type ActivityPage, type ActivityQuery } from '../admin/activity-messages.js';
import { type AdminClient } from '../admin/admin-client.js';
import { table } from '../output/table.js';
import { clientFor, type CommandContext, show, withSharedOptions } from './command-context.js';

const LIMIT_DEFAULT = 20;
const LIMIT_MAX = 500;
/** Each asks the platform to look through some thousands of entries. */
const PAGES_MAX = 50;

interface Options {
  readonly limit: number;
  readonly failed?: true;
  readonly warnings?: true;
  readonly resource?: string;
  readonly before?: string;
}

export function activityCommand(context: CommandContext): Command {
  const command = withSharedOptions(new Command('activity'))
    .description('what the connectors of a tenant did, and what became of it; newest first')
    .argument('<tenant>', 'name or id')
    .option('--limit <count>', `entries at most, up to ${LIMIT_MAX}`, parseLimit, LIMIT_DEFAULT)
    .option('--failed', 'only what had no effect')
    .option('--warnings', 'only where something was passed over, such as an unknown attribute or a password')
    .option('--resource <id>', 'only what was about the resource with this SCIM id')
    .option('--before <id>', 'only what came before this entry');
  return command.action(async (nameOrId: string) => {
    const { limit, failed, warnings, resource, before } = command.opts<Options>();
    const page = await collect(clientFor(command, context), nameOrId, {
      limit,
      ...(failed === undefined ? {} : { outcome: 'failed' }),
      ...(warnings === undefined ? {} : { warnings }),
      ...(resource === undefined ? {} : { resource }),
      ...(before === undefined ? {} : { before }),
    });
    show(command, context, page, ({ entries }) => sheet(entries));
    if (page.next !== null) context.terminal.talk(`For what came before: --before ${page.next}`);
  });
}

function parseLimit(text: string): number {
  const limit = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (limit < 1 || limit > LIMIT_MAX) throw new InvalidArgumentError(`It is 1 to ${LIMIT_MAX}.`);
  return limit;
}

/** A page may hold fewer entries than there are: it ends where the platform has looked far enough. */
async function collect(client: AdminClient, nameOrId: string, query: ActivityQuery): Promise<ActivityPage> {
  const entries: ActivityEntry[] = [];
  let next = query.before ?? null;
  for (let pages = 0; pages < PAGES_MAX; pages += 1) {
    const page = await client.listActivity(nameOrId, {
      ...query,
      limit: query.limit - entries.length,
      ...(next === null ? {} : { before: next }),
    });
    entries.push(...page.entries);
    next = page.next;
    if (next === null || entries.length >= query.limit) break;
  }
  return { entries, next };
}

function sheet(entries: readonly ActivityEntry[]): string {
  if (entries.length === 0) return '(nothing)';
  return table(['time', 'operation', 'resource', 'outcome', 'detail'], entries.flatMap(rowsOf));
}

/** One row, and another for each further thing there is to say. */
function rowsOf(entry: ActivityEntry): string[][] {
  const { receivedAt, operation, resource } = entry;
  const [first = '', ...others] = remarksOn(entry);
  const what = resource === null ? '' : `${resource.type} ${resource.id ?? ''}`.trimEnd();
  const time = receivedAt.replace(/\.\d+Z$/, 'Z');
  return [
    [time, operation, what, outcomeOf(entry), first],
    ...others.map((other) => ['', '', '', '', other]),
  ];
}

function outcomeOf({ outcome, changed }: ActivityEntry): string {
  return changed === false ? 'no change' : outcome;
}

function remarksOn({ failure, warnings, undelivered }: ActivityEntry): string[] {
  return [
    ...(failure === null ? [] : [`${failure.status} ${failure.cause}: ${failure.detail}`]),
    ...warnings.map(({ text }) => text),
    ...(undelivered ? ['The client was gone before its answer.'] : []),
  ];
}
