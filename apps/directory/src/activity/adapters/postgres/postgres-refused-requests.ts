import type { Database } from '@muster/persistence';
import type { RefusedRequest, RefusedRequests } from '../../application/refused-requests.js';

/**
 * In the order of ids, as claims are, so that two statements that want the same rows never wait for each other in a circle.
 * What is too old is judged as partitions are dropped: whatever that forgot does not come back.
 */
const ENTER = `
  insert into directory.operations
    (id, tenant_id, request_id, type, resource_type, resource_id, state, cause, detail, decided_at)
  select t.id, t.tenant_id, t.request_id, t.type, t.resource_type, t.resource_id, 'rejected', t.cause, t.detail, t.refused_at
  from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::uuid[], $7::text[], $8::text[], $9::timestamptz[])
    as t(id, tenant_id, request_id, type, resource_type, resource_id, cause, detail, refused_at)
    join directory.tenants using (tenant_id)
  where t.id >= directory.uuid_at((directory.utc_day() - $10::int)::timestamp at time zone 'UTC')
  order by t.id
  on conflict (id) do nothing`;

/** Refused requests as rows of `operations` that nobody has to decide. */
export class PostgresRefusedRequests implements RefusedRequests {
  constructor(
    private readonly database: Database,
    private readonly retentionDays: number,
  ) {}

  async enter(requests: readonly RefusedRequest[]): Promise<void> {
    const tenants = [...new Set(requests.map(({ tenantId }) => tenantId))];
    await this.database.transaction({ tenants }, (tx) =>
      tx.query('activity.enter-refused', ENTER, [
        requests.map(({ id }) => id),
        requests.map(({ tenantId }) => tenantId),
        requests.map(({ requestId }) => requestId),
        requests.map(({ type }) => type),
        requests.map(({ resourceType }) => resourceType),
        requests.map(({ resourceId }) => resourceId),
        requests.map(({ cause }) => cause),
        requests.map(({ detail }) => detail),
        requests.map(({ refusedAt }) => refusedAt),
        this.retentionDays,
      ]),
    );
  }
}
