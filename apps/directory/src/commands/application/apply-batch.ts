import type { CommandId, Outcome, TenantId } from '@muster/contracts';
import type { Admission, BatchTransaction, NameCandidate, UndeliveredCreate } from './batch-transaction.js';
import { claimedNames } from './claimed-names.js';
import { BatchDecisions } from './batch-decisions.js';
import { lockRows } from './locked-rows.js';
import { NameLedger } from './name-ledger.js';
import { isExpired, resourceKey, type QueuedCommand, type ResourceKey } from './queued-command.js';
import { refuse } from '../../resources/domain/decision.js';

/** The two clocks of a batch, milliseconds since the epoch: ours for what is stored, the broker's for what has expired. */
export interface BatchClock {
  nowMs(): number;
  brokerNowMs(): number;
}

/**
 * Applies a batch of commands inside one transaction and returns the outcome of each. Read top to bottom this is the life of
 * a write in the directory: claim, check again, lock, reserve names, decide, write. The caller commits.
 *
 * Guarantee: once the transaction is committed every command has exactly one outcome, for ever, and its effects, its facts
 * and that outcome are there together. Not promised: that a command is applied at all; it may be refused, cancelled or expired.
 */
export async function applyBatch(
  tx: BatchTransaction,
  batch: readonly QueuedCommand[],
  clock: BatchClock,
): Promise<ReadonlyMap<CommandId, Outcome>> {
  const nowMs = clock.nowMs();
  const commands = withoutRepeats(batch);
  const [outcomes, admission] = await Promise.all([
    tx.claim(commands, nowMs),
    tx.readAdmission(
      [...new Set(commands.map(({ command }) => command.tenantId))],
      [...new Set(commands.map(({ command }) => command.tokenId))],
    ),
  ]);
  const claimed = commands.filter(({ command }) => !outcomes.has(command.commandId));
  const decisions = new BatchDecisions(admission, nowMs);
  const admitted = admit(claimed, admission, clock, decisions);
  const rows = await lockRows(tx, admitted);
  const { names, undelivered } = await reserveNames(tx, admitted, admission);
  for (const queued of admitted) decisions.decide(queued, rows, names, undelivered);
  tx.write(decisions.effects(rows, names));
  return new Map([...outcomes, ...decisions.outcomes()]);
}

/** The log may hold a command twice; the second is answered with the outcome of the first. */
function withoutRepeats(batch: readonly QueuedCommand[]): QueuedCommand[] {
  const byId = new Map<CommandId, QueuedCommand>();
  for (const queued of batch)
    if (!byId.has(queued.command.commandId)) byId.set(queued.command.commandId, queued);
  return [...byId.values()];
}

/**
 * Looks again, inside the transaction: a pause, a revocation or a tenant that is being deleted holds for commands already in
 * the log. A command that waited too long is never applied, so that no rebalance and no restored broker brings a deleted
 * account back.
 */
function admit(
  claimed: readonly QueuedCommand[],
  admission: Admission,
  clock: BatchClock,
  decisions: BatchDecisions,
): QueuedCommand[] {
  const brokerNowMs = clock.brokerNowMs();
  return claimed.filter((queued) => {
    const { tenantId, tokenId } = queued.command;
    const tenant = admission.tenants.get(tenantId);
    if (isExpired(queued, brokerNowMs)) decisions.expire(queued);
    else if (tenant === undefined || tenant.state === 'deleting' || !admission.aliveTokens.has(tokenId)) {
      decisions.reject(queued, refuse('token_revoked'), null);
    } else if (tenant.state === 'paused') decisions.reject(queued, refuse('tenant_paused'), null);
    else return true;
    return false;
  });
}

/**
 * Takes every name that the batch could need before anything is decided; what turns out not to be needed is given back in the
 * same transaction. A create that meets a holder may be the repetition of one whose answer was lost.
 */
async function reserveNames(
  tx: BatchTransaction,
  admitted: readonly QueuedCommand[],
  admission: Admission,
): Promise<{ names: NameLedger; undelivered: ReadonlyMap<ResourceKey, UndeliveredCreate> }> {
  const names = new NameLedger();
  const candidates = new Map<string, NameCandidate & { create: 'user' | 'group' | null }>();
  for (const { command } of admitted) {
    const settings = admission.tenants.get(command.tenantId)?.settings;
    if (settings === undefined) continue;
    const create =
      command.type === 'user.create.requested'
        ? 'user'
        : command.type === 'group.create.requested'
          ? 'group'
          : null;
    for (const name of claimedNames(command, settings)) {
      const at = `${command.tenantId} ${name.kind} ${name.value}`;
      if (!candidates.has(at))
        candidates.set(at, { tenantId: command.tenantId, name, resourceId: command.resourceId, create });
    }
  }
  if (candidates.size === 0) return { names, undelivered: new Map() };
  const holders: { tenantId: TenantId; id: NameCandidate['resourceId']; kind: 'user' | 'group' }[] = [];
  for (const reservation of await tx.reserveNames([...candidates.values()])) {
    names.learnReservation(reservation);
    const { tenantId, name, holder } = reservation;
    const create = candidates.get(`${tenantId} ${name.kind} ${name.value}`)?.create ?? null;
    if (holder !== null && create !== null) holders.push({ tenantId, id: holder, kind: create });
  }
  const lost = holders.length === 0 ? [] : await tx.findUndeliveredCreates(holders);
  return {
    names,
    undelivered: new Map(lost.map((each) => [resourceKey(each.tenantId, each.state.id), each])),
  };
}
