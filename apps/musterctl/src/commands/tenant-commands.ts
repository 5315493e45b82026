import { Command } from 'commander';
import { type Tenant } from '../admin/admin-messages.js';
import { card, table } from '../output/table.js';
import { ANY_DOMAIN, parseAssignments } from './setting-assignments.js';
import { clientFor, type CommandContext, show, withSharedOptions } from './command-context.js';

export function tenantCommands(context: CommandContext): Command {
  const group = new Command('tenant').description('customers of the platform, each with its own directory');
  group.addCommand(createCommand(context));
  group.addCommand(listCommand(context));
  group.addCommand(showCommand(context));
  group.addCommand(setCommand(context));
  group.addCommand(
    stateCommand(context, 'pause', 'paused', 'refuse every request of a tenant until it is resumed'),
  );
  group.addCommand(stateCommand(context, 'resume', 'active', 'serve a paused tenant again'));
  return group;
}

function createCommand(context: CommandContext): Command {
  const command = withSharedOptions(new Command('create'))
    .description('make a tenant and its first token, which is shown this once')
    .argument('<name>', 'unique name')
    .option('--domain <domain>', 'domain that user names may have; can be repeated', collect, [])
    .option('--notify <email>', 'who gets a mail when provisioning fails');
  return command.action(async (name: string) => {
    const { domain, notify } = command.opts<{ domain: string[]; notify?: string }>();
    const created = await clientFor(command, context).createTenant({
      name,
      domains: domain,
      notificationEmail: notify,
    });
    show(command, context, created, ({ tenantId, scimUrl, token }) =>
      card([
        ['Tenant', tenantId],
        ['Tenant URL', scimUrl],
        ['Secret token', token],
      ]),
    );
    context.terminal.talk('Keep the token now: it is not shown again.');
    if (domain.length === 0) {
      context.terminal.talk(
        `No user can be created before a domain is registered: musterctl domain add ${name} example.com`,
      );
    }
  });
}

function listCommand(context: CommandContext): Command {
  const command = withSharedOptions(new Command('list')).description('all tenants');
  return command.action(async () => {
    const tenants = await clientFor(command, context).listTenants();
    show(command, context, { tenants }, () =>
      table(
        ['name', 'state', 'tenant', 'domains'],
        tenants.map(({ name, state, tenantId, domains }) => [name, state, tenantId, domains.join(' ')]),
      ),
    );
  });
}

function showCommand(context: CommandContext): Command {
  const command = withSharedOptions(new Command('show'))
    .description('one tenant')
    .argument('<tenant>', 'name or id');
  return command.action(async (nameOrId: string) => {
    show(command, context, await clientFor(command, context).findTenant(nameOrId), tenantSheet);
  });
}

function setCommand(context: CommandContext): Command {
  const command = withSharedOptions(new Command('set'))
    .description('change settings of a tenant; "tenant show" lists them')
    .argument('<tenant>', 'name or id')
    .argument('<key=value...>', 'such as externalIdUnique=true');
  return command.action(async (nameOrId: string, assignments: readonly string[]) => {
    const change = parseAssignments(assignments);
    const client = clientFor(command, context);
    const { tenantId } = await client.findTenant(nameOrId);
    show(command, context, await client.changeSettings(tenantId, change), tenantSheet);
    context.terminal.talk('Gateways know within 3 seconds.');
  });
}

/** All there is to know of a tenant, its settings below. */
function tenantSheet(tenant: Tenant): string {
  const { anyDomain, settings, chosenSettings } = tenant;
  const rows = [
    [ANY_DOMAIN, String(anyDomain), anyDomain ? '' : 'default'],
    ...Object.entries(settings).map(([name, value]) => [
      name,
      String(value),
      chosenSettings.includes(name) ? '' : 'default',
    ]),
  ];
  return `${tenantCard(tenant)}\n\n${table(['setting', 'value', ''], rows)}`;
}

function tenantCard({ name, state, tenantId, scimUrl, domains, createdAt }: Tenant): string {
  return card([
    ['Name', name],
    ['State', state],
    ['Tenant', tenantId],
    ['Tenant URL', scimUrl],
    ['Domains', domains.join(' ')],
    ['Created', createdAt],
  ]);
}

function stateCommand(
  context: CommandContext,
  name: string,
  state: 'active' | 'paused',
  description: string,
): Command {
  const command = withSharedOptions(new Command(name))
    .description(description)
    .argument('<tenant>', 'name or id');
  return command.action(async (nameOrId: string) => {
    const client = clientFor(command, context);
    const tenant = await client.findTenant(nameOrId);
    await client.changeState(tenant.tenantId, state);
    show(command, context, { ...tenant, state }, tenantCard);
  });
}

function collect(value: string, earlier: readonly string[]): readonly string[] {
  return [...earlier, value];
}
