import { operationOf, resourceKindOf, type ResourceKind, type TenantId } from '@muster/contracts';
import type {
  Admission,
  BatchTransaction,
  FormerUserRef,
  NameCandidate,
  UndeliveredCreate,
} from './batch-transaction.js';
import { claimedNames } from './claimed-names.js';
import { FormerUserLedger } from './former-user-ledger.js';
import { NameLedger } from './name-ledger.js';
import { resourceKey, type QueuedCommand, type ResourceKey } from './queued-command.js';

export interface ReservedNames {
  readonly names: NameLedger;
  /** What a create could be the repetition of. */
  readonly undelivered: ReadonlyMap<ResourceKey, UndeliveredCreate>;
  readonly formerUsers: FormerUserLedger;
}

export function noNames(): ReservedNames {
  return { names: new NameLedger(), undelivered: new Map(), formerUsers: new FormerUserLedger() };
}

/**
 * Takes every name that the batch could need before anything is decided; what turns out not to be needed is given back in the
 * same transaction. A create that meets a holder may be the repetition of one whose answer was lost.
 */
export async function reserveNames(
  tx: BatchTransaction,
  admitted: readonly QueuedCommand[],
  admission: Admission,
): Promise<ReservedNames> {
  const names = new NameLedger();
  const formerUsers = new FormerUserLedger();
  const formerNames: FormerUserRef[] = [];
  const candidates = new Map<string, NameCandidate & { create: ResourceKind | null }>();
  for (const { command } of admitted) {
    const tenant = admission.tenants.get(command.tenantId);
    if (tenant === undefined) continue;
    const { settings, types } = tenant;
    const create = operationOf(command.type) === 'create' ? resourceKindOf(command.type) : null;
    for (const name of claimedNames(command, types, settings)) {
      const at = `${command.tenantId} ${name.kind} ${name.value}`;
      if (candidates.has(at)) continue;
      candidates.set(at, { tenantId: command.tenantId, name, resourceId: command.resourceId, create });
      if (create === 'user' && name.kind === 'user.userName' && settings.softDeleteUsers)
        formerNames.push({ tenantId: command.tenantId, userNameKey: name.value });
    }
  }
  if (candidates.size === 0) return { names, undelivered: new Map(), formerUsers };
  const holders: { tenantId: TenantId; id: NameCandidate['resourceId']; kind: ResourceKind }[] = [];
  for (const reservation of await tx.reserveNames([...candidates.values()])) {
    names.learnReservation(reservation);
    const { tenantId, name, holder } = reservation;
    const create = candidates.get(`${tenantId} ${name.kind} ${name.value}`)?.create ?? null;
    if (holder !== null && create !== null) holders.push({ tenantId, id: holder, kind: create });
  }
  const lost = holders.length === 0 ? [] : await tx.findUndeliveredCreates(holders);
  if (formerNames.length > 0)
    for (const former of await tx.findFormerUsers(formerNames)) formerUsers.learn(former);
  return {
    names,
    formerUsers,
    undelivered: new Map(lost.map((each) => [resourceKey(each.tenantId, each.state.id), each])),
  };
}
