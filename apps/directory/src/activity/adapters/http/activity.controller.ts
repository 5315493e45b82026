import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { parseUuid, type CommandId, type ResourceId, type TenantId } from '@muster/contracts';
import type { ActivityLog, ActivityQuery } from '../../application/activity-log.js';
import { activityAnswer, type ActivityAnswer } from './activity-answers.js';
import { ActivityParameters } from './activity-requests.js';

/** Injection token of the `ActivityLog`. */
export const ACTIVITY_LOG = Symbol('activity log');
/** Injection token of `TenantLookup`. */
export const TENANT_LOOKUP = Symbol('tenant lookup');

/** Which tenant an admin means by a name or an id; throws what the admin API answers when there is none. */
export type TenantLookup = (nameOrId: string) => Promise<{ readonly tenantId: TenantId }>;

/** The admin API: what a tenant's connectors did. Guarded by the admin credential where it is mounted. */
@Controller('admin/tenants')
export class ActivityController {
  constructor(
    @Inject(ACTIVITY_LOG) private readonly log: ActivityLog,
    @Inject(TENANT_LOOKUP) private readonly findTenant: TenantLookup,
  ) {}

  @Get(':nameOrId/activity')
  async activity(
    @Param('nameOrId') nameOrId: string,
    @Query() parameters: ActivityParameters,
  ): Promise<ActivityAnswer> {
    const { tenantId } = await this.findTenant(nameOrId);
    return activityAnswer(await this.log.page(queryOf(tenantId, parameters)));
  }
}

function queryOf(
  tenantId: TenantId,
  { limit, before, resource, outcome, warnings }: ActivityParameters,
): ActivityQuery {
  const beforeId = parseUuid<CommandId>(before);
  const resourceId = parseUuid<ResourceId>(resource);
  return {
    tenantId,
    limit,
    ...(beforeId === null ? {} : { before: beforeId }),
    ...(resourceId === null ? {} : { resourceId }),
    ...(outcome === undefined ? {} : { outcome }),
    ...(warnings === 'true' ? { withWarnings: true } : {}),
  };
}
