import type { Applied } from '@muster/contracts';
import type { CommandEnd } from '../../commands/pending-commands.js';
import { Refusal } from '../../refusals/refusal.js';

const RETRY_AFTER_SECONDS = 5;

/**
 * What a command's end means to the client: the applied outcome, or a refusal. The three 503s differ on purpose: after
 * `not_applied_in_time` and `queue_unavailable` nothing happened, after `outcome_unknown` nobody knows.
 */
export function appliedOrRefusal(end: CommandEnd): Applied {
  switch (end.kind) {
    case 'decided':
      return ofOutcome(end.outcome);
    case 'withdrawn':
      throw end.because === 'deadline' ? notAppliedInTime() : queueUnavailable();
    case 'unknown':
      throw new Refusal('outcome_unknown', { retryAfterSeconds: RETRY_AFTER_SECONDS });
  }
}

function ofOutcome(outcome: Extract<CommandEnd, { kind: 'decided' }>['outcome']): Applied {
  switch (outcome.status) {
    case 'applied':
      return outcome;
    case 'rejected':
      throw new Refusal(outcome.cause, { detail: outcome.detail, decidedBy: 'directory' });
    // Too old when it was read, or withdrawn by an earlier call whose answer was lost: no effect either way.
    case 'expired':
    case 'cancelled':
      throw notAppliedInTime();
  }
}

function notAppliedInTime(): Refusal {
  return new Refusal('not_applied_in_time', { retryAfterSeconds: RETRY_AFTER_SECONDS });
}

function queueUnavailable(): Refusal {
  return new Refusal('queue_unavailable', { retryAfterSeconds: RETRY_AFTER_SECONDS });
}
