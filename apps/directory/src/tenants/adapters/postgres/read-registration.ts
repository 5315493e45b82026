import type { Session } from '@muster/persistence';
import type { ReadRegistration } from '../../application/known-schemas.js';

/** Reads registrations in a session that sees their tenants. */
export function readRegistrationIn(session: Pick<Session, 'query'>): ReadRegistration {
  return async (tenantId, digest) => {
    const { rows } = await session.query<{ registration: string }>(
      'read registration',
      'select registration from directory.tenant_schemas where tenant_id = $1 and digest = $2',
      [tenantId, digest],
    );
    return rows[0]?.registration ?? null;
  };
}
