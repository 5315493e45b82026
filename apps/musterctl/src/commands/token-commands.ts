import { Command } from 'commander';
import { card, table } from '../output/table.js';
import { clientFor, type CommandContext, show, withSharedOptions } from './command-context.js';
import { parseExpiry } from './expiry.js';

export function tokenCommands(context: CommandContext): Command {
  const group = new Command('token').description('what the connector of a tenant proves itself with');
  group.addCommand(createCommand(context));
  group.addCommand(revokeCommand(context));
  group.addCommand(listCommand(context));
  return group;
}

function createCommand(context: CommandContext): Command {
  const command = withSharedOptions(new Command('create'))
    .description('make another token, which is shown this once')
    .argument('<tenant>', 'name or id')
    .option('--name <name>', 'to tell tokens apart')
    .option('--expires <when>', 'span from now (90d) or date (2030-01-31)');
  return command.action(async (nameOrId: string) => {
    const { name, expires } = command.opts<{ name?: string; expires?: string }>();
    const expiresAt = expires === undefined ? undefined : parseExpiry(expires, context.now());
    const client = clientFor(command, context);
    const { tenantId } = await client.findTenant(nameOrId);
    const created = await client.createToken(tenantId, {
      ...(name === undefined ? {} : { name }),
      ...(expiresAt === undefined ? {} : { expiresAt }),
    });
    show(command, context, created, (token) =>
      card([
        ['Secret token', token.token],
        ['Token id', token.tokenId],
        ['Expires', token.expiresAt ?? 'never'],
      ]),
    );
    context.terminal.talk('Keep the token now: it is not shown again.');
  });
}

function revokeCommand(context: CommandContext): Command {
  const command = withSharedOptions(new Command('revoke'))
    .description('end a token; it is refused everywhere within seconds')
    .argument('<tenant>', 'name or id')
    .argument('<token-id>', 'see "musterctl token list"');
  return command.action(async (nameOrId: string, tokenId: string) => {
    const client = clientFor(command, context);
    const { tenantId } = await client.findTenant(nameOrId);
    await client.revokeToken(tenantId, tokenId);
    show(command, context, { tenantId, tokenId, revoked: true }, () => `${tokenId} revoked`);
  });
}

function listCommand(context: CommandContext): Command {
  const command = withSharedOptions(new Command('list'))
    .description('tokens of a tenant')
    .argument('<tenant>', 'name or id');
  return command.action(async (nameOrId: string) => {
    const client = clientFor(command, context);
    const { tenantId } = await client.findTenant(nameOrId);
    const tokens = await client.listTokens(tenantId);
    show(command, context, { tokens }, () =>
      table(
        ['token', 'name', 'created', 'expires', 'last used', 'revoked'],
        tokens.map((token) => [
          token.tokenId,
          token.name,
          token.createdAt,
          token.expiresAt === '' ? 'never' : token.expiresAt,
          token.lastUsedAt,
          token.revokedAt,
        ]),
      ),
    );
  });
}
