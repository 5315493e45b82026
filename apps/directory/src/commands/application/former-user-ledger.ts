import type { TenantId } from '@muster/contracts';
import type { FormerUser, FormerUsers } from '../../users/domain/former-user.js';
import type { FormerUserRef, FormerUserWrite } from './batch-transaction.js';

interface Entry {
  readonly tenantId: TenantId;
  readonly userNameKey: string;
  readonly stored: FormerUser | null;
  current: FormerUser | null;
}

/**
 * The former users of a batch in memory, after the decisions made so far. Whoever may use a row here has reserved, or gives
 * back, the user name that it is kept under: so no two transactions meet on one.
 */
export class FormerUserLedger {
  private readonly entries = new Map<string, Entry>();

  learn({ tenantId, userNameKey, former }: FormerUserWrite): void {
    this.entries.set(`${tenantId} ${userNameKey}`, {
      tenantId,
      userNameKey,
      stored: former,
      current: former,
    });
  }

  of(tenantId: TenantId): FormerUsers {
    return { named: (userNameKey) => this.entries.get(`${tenantId} ${userNameKey}`)?.current ?? null };
  }

  /** Null: the user is back. */
  move(tenantId: TenantId, userNameKey: string, former: FormerUser | null): void {
    const at = `${tenantId} ${userNameKey}`;
    const entry = this.entries.get(at) ?? { tenantId, userNameKey, stored: null, current: null };
    entry.current = former;
    this.entries.set(at, entry);
  }

  netWrites(): { readonly formerUsersKept: FormerUserWrite[]; readonly formerUsersBack: FormerUserRef[] } {
    const formerUsersKept: FormerUserWrite[] = [];
    const formerUsersBack: FormerUserRef[] = [];
    for (const { tenantId, userNameKey, stored, current } of this.entries.values()) {
      if (current === stored) continue;
      if (current === null) formerUsersBack.push({ tenantId, userNameKey });
      else formerUsersKept.push({ tenantId, userNameKey, former: current });
    }
    return { formerUsersKept, formerUsersBack };
  }
}
