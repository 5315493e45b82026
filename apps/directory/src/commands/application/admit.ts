import { refuse } from '../../resources/domain/decision.js';
import type { BatchDecisions } from './batch-decisions.js';
import type { Admission } from './batch-transaction.js';
import { isExpired, type QueuedMessage } from './queued-command.js';

/** The two clocks of a batch, milliseconds since the epoch: ours for what is stored, the broker's for what has expired. */
export interface BatchClock {
  nowMs(): number;
  brokerNowMs(): number;
}

/**
 * Looks again, inside the transaction: a pause, a revocation or a tenant that is being deleted holds for commands already in
 * the log. A command that waited too long is never applied, so that no rebalance and no restored broker brings a deleted
 * account back.
 */
export function admit<Queued extends QueuedMessage>(
  claimed: readonly Queued[],
  admission: Admission,
  clock: BatchClock,
  decisions: BatchDecisions,
): Queued[] {
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
