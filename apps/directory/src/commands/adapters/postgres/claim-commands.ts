import type { CommandId, CommandMessage, Outcome } from '@muster/contracts';
import type { Transaction } from '@muster/persistence';
import { outcomeOf, type DecidedRow } from '../../../operations/adapters/postgres/decided-row.js';
import type { BatchEffects } from '../../application/batch-transaction.js';
import type { QueuedMessage } from '../../application/queued-command.js';
import { columns } from './columns.js';

/** Sorted by id, so that two batches that claim the same commands wait for each other and never in a circle. */
const CLAIM = `
  insert into directory.operations
    (id, tenant_id, token_id, request_id, type, resource_type, resource_id, state, document_hash, warnings, queued_at,
     decided_at)
  select t.id, t.tenant_id, t.token_id, t.request_id, t.type, t.resource_type, t.resource_id, 'claimed', t.document_hash,
         t.warnings, to_timestamp(t.queued_at_ms / 1000.0), to_timestamp($11::float8 / 1000.0)
  from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::uuid[], $8::text[],
              $9::jsonb[], $10::float8[])
    as t(id, tenant_id, token_id, request_id, type, resource_type, resource_id, document_hash, warnings, queued_at_ms)
  order by t.id
  on conflict (id) do nothing
  returning id`;

const READ_DECIDED = `
  select o.id, o.state, o.cause, o.detail, o.version, o.changed, o.resource_id
  from directory.operations o where o.id = any($1::uuid[])`;

/**
 * The first insert of a command id decides what becomes of it; the row is claim, outcome and activity entry in one. Ids that
 * are there already are read in a later statement, which sees what their transaction committed.
 */
export async function claimCommands(
  tx: Transaction,
  commands: readonly QueuedMessage[],
  nowMs: number,
): Promise<ReadonlyMap<CommandId, Outcome>> {
  const claimed = await tx.query<{ id: CommandId }>('claim commands', CLAIM, [
    ...columns(commands, [
      ({ command }) => command.commandId,
      ({ command }) => command.tenantId,
      ({ command }) => command.tokenId,
      ({ command }) => command.requestId,
      ({ command }) => command.type,
      ({ command }) => ('resourceType' in command ? command.resourceType : null),
      ({ command }) => command.resourceId,
      ({ command }) => ('documentHash' in command ? command.documentHash : null),
      ({ command }) => warningsOf(command),
      ({ queuedAtMs }) => queuedAtMs,
    ]),
    nowMs,
  ]);
  if (claimed.rowCount === commands.length) return new Map();
  const ours = new Set(claimed.rows.map((row) => row.id));
  const others = commands.map(({ command }) => command.commandId).filter((id) => !ours.has(id));
  const { rows } = await tx.query<DecidedRow & { readonly id: CommandId }>(
    'read decided commands',
    READ_DECIDED,
    [others],
  );
  const outcomes = new Map<CommandId, Outcome>();
  for (const row of rows) {
    const outcome = outcomeOf(row);
    if (outcome !== null) outcomes.set(row.id, outcome);
  }
  if (outcomes.size < others.length)
    throw new Error('a claimed command cannot be read: is it of a tenant outside this batch?');
  return outcomes;
}

/** Claims come before decisions, which may pass over something more: that is told in the same rows. */
export function writeWarnings(tx: Transaction, { warned }: Pick<BatchEffects, 'warned'>): void {
  if (warned.length === 0) return;
  tx.write(
    'write warnings',
    `update directory.operations o set warnings = t.warnings
     from unnest($1::uuid[], $2::jsonb[]) as t(id, warnings) where o.id = t.id`,
    columns(warned, [({ commandId }) => commandId, warningsOf]),
  );
}

/** As JSON, for the activity; null where nothing was passed over. What a job's parts are told of stands in their own rows. */
function warningsOf(command: CommandMessage): string | null {
  if (!('warnings' in command) || command.warnings.length === 0) return null;
  return JSON.stringify(command.warnings);
}
