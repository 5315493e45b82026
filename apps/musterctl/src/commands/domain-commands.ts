import { Command } from 'commander';
import { clientFor, type CommandContext, show, withSharedOptions } from './command-context.js';

export function domainCommands(context: CommandContext): Command {
  const group = new Command('domain').description('domains that the user names of a tenant may have');
  group.addCommand(changeCommand(context, 'add', 'register domains'));
  group.addCommand(changeCommand(context, 'remove', 'take domains back; users that have one stay'));
  group.addCommand(listCommand(context));
  return group;
}

function changeCommand(context: CommandContext, name: 'add' | 'remove', description: string): Command {
  const command = withSharedOptions(new Command(name))
    .description(description)
    .argument('<tenant>', 'name or id')
    .argument('<domain...>', 'such as example.com');
  return command.action(async (nameOrId: string, domains: readonly string[]) => {
    const client = clientFor(command, context);
    const { tenantId } = await client.findTenant(nameOrId);
    for (const domain of domains) {
      await (name === 'add' ? client.addDomain(tenantId, domain) : client.removeDomain(tenantId, domain));
    }
    show(command, context, { domains: await client.listDomains(tenantId) }, lines);
  });
}

function listCommand(context: CommandContext): Command {
  const command = withSharedOptions(new Command('list'))
    .description('registered domains')
    .argument('<tenant>', 'name or id');
  return command.action(async (nameOrId: string) => {
    const client = clientFor(command, context);
    const { tenantId } = await client.findTenant(nameOrId);
    show(command, context, { domains: await client.listDomains(tenantId) }, lines);
  });
}

function lines({ domains }: { domains: readonly string[] }): string {
  return domains.length === 0 ? '(none: user names of no domain are accepted)' : domains.join('\n');
}
