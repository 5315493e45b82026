import { Command } from 'commander';
import { type AdminClient, type SettingsChange } from '../admin/admin-client.js';
import { type Tenant } from '../admin/admin-messages.js';
import { card, table } from '../output/table.js';
import { readSchemasFile } from './schemas-file.js';
import { ANY_DOMAIN, isEmpty, parseAssignments, parseRemovals } from './setting-assignments.js';
import { clientFor, type CommandContext, show, withSharedOptions } from './command-context.js';

const KNOWN_SOON = 'Gateways know within 3 seconds.';
const SCHEMAS_HELP = `
schemas=@FILE registers the schemas and resource types in a JSON file (RFC 7643, sections 6 and 7):
  { "schemas": [...], "resourceTypes": [...] }
It replaces what was registered before ("musterctl tenant schemas" prints that), and comes before the other settings.
"musterctl tenant unset TENANT schemas" goes back to the standard ones.`;

export function tenantCommands(context: CommandContext): Command {
  const group = new Command('tenant').description('customers of the platform, each with its own directory');
  group.addCommand(createCommand(context));
  group.addCommand(listCommand(context));
  group.addCommand(showCommand(context));
  group.addCommand(setCommand(context));
  group.addCommand(unsetCommand(context));
  group.addCommand(schemasCommand(context));
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
    .argument('<key=value...>', 'such as externalIdUnique=true, or schemas=@file.json')
    .addHelpText('after', SCHEMAS_HELP);
  return command.action(async (nameOrId: string, assignments: readonly string[]) => {
    const { change, schemasFile } = parseAssignments(assignments);
    const registration =
      schemasFile === undefined ? undefined : await readSchemasFile(schemasFile, context.cwd);
    const client = clientFor(command, context);
    const { tenantId } = await client.findTenant(nameOrId);
    if (registration !== undefined) await client.registerSchemas(tenantId, registration);
    const tenant = await changed(client, tenantId, change).catch((error: unknown) => {
      if (registration !== undefined)
        context.terminal.talk('The schemas are registered, the rest is not set.');
      throw error;
    });
    show(command, context, tenant, tenantSheet);
    context.terminal.talk(KNOWN_SOON);
  });
}

function unsetCommand(context: CommandContext): Command {
  const command = withSharedOptions(new Command('unset'))
    .description('leave settings of a tenant to their defaults again')
    .argument('<tenant>', 'name or id')
    .argument('<key...>', 'such as externalIdUnique, or schemas');
  return command.action(async (nameOrId: string, names: readonly string[]) => {
    const { change, schemas } = parseRemovals(names);
    const client = clientFor(command, context);
    const { tenantId } = await client.findTenant(nameOrId);
    if (schemas) await client.removeSchemas(tenantId);
    const tenant = await changed(client, tenantId, change).catch((error: unknown) => {
      if (schemas) context.terminal.talk('The schemas are the standard ones, the rest is as it was.');
      throw error;
    });
    show(command, context, tenant, tenantSheet);
    context.terminal.talk(KNOWN_SOON);
  });
}

function schemasCommand(context: CommandContext): Command {
  const command = withSharedOptions(new Command('schemas'))
    .description('what a tenant registered beside the standard schemas, as JSON to edit and to set again')
    .argument('<tenant>', 'name or id');
  return command.action(async (nameOrId: string) => {
    const registration = await clientFor(command, context).findSchemas(nameOrId);
    show(command, context, registration, (value) => JSON.stringify(value, null, 2));
  });
}

/** The tenant as it is then. */
function changed(client: AdminClient, tenantId: string, change: SettingsChange): Promise<Tenant> {
  return isEmpty(change) ? client.findTenant(tenantId) : client.changeSettings(tenantId, change);
}

/** All there is to know of a tenant, its settings and its own resource types below. */
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
  return [tenantCard(tenant), table(['setting', 'value', ''], rows), ...typesTable(tenant)].join('\n\n');
}

/** A line for each schema of the types that the tenant registered; nothing where it registered none. */
function typesTable({ schemas }: Tenant): readonly string[] {
  const rows = (schemas?.resourceTypes ?? []).flatMap(({ name, endpoint, schema, extensions }) => [
    [name, endpoint, schema, ''],
    ...extensions.map((extension) => [
      name,
      endpoint,
      extension.schema,
      extension.required ? 'required extension' : 'extension',
    ]),
  ]);
  return rows.length === 0 ? [] : [table(['resource type', 'endpoint', 'schema', ''], rows)];
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
