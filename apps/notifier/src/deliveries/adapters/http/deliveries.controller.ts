import { parseUuid, type TenantId } from '@muster/contracts';
import { ProblemError } from '@muster/service';
import { Controller, Get, Inject, Param, Query, UseGuards } from '@nestjs/common';
import type { DeliveryStore } from '../../application/ports.js';
import type { DeliveryReport } from '../../domain/delivery.js';
import { InternalGuard } from './internal.guard.js';

export const DELIVERY_STORE = Symbol('DeliveryStore');

const LIMIT_DEFAULT = 50;
const LIMIT_MAX = 200;

/** What was mailed to a tenant and what became of it: a failure mail that cannot be delivered must be seen somewhere. */
@Controller('internal/v1/tenants/:tenantId/deliveries')
@UseGuards(InternalGuard)
export class DeliveriesController {
  constructor(@Inject(DELIVERY_STORE) private readonly store: Pick<DeliveryStore, 'list'>) {}

  /** Newest first; `limit` 1 to 200, 50 by default. */
  @Get()
  async list(
    @Param('tenantId') tenantId: string,
    @Query('limit') limit?: string,
  ): Promise<{ readonly deliveries: readonly DeliveryReport[] }> {
    const tenant = parseUuid<TenantId>(tenantId);
    if (tenant === null) throw new ProblemError({ type: 'about:blank', title: 'Not Found', status: 404 });
    return { deliveries: await this.store.list(tenant, limitOf(limit)) };
  }
}

function limitOf(text: string | undefined): number {
  if (text === undefined) return LIMIT_DEFAULT;
  const limit = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  if (limit >= 1 && limit <= LIMIT_MAX) return limit;
  throw new ProblemError({
    type: 'about:blank',
    title: 'Bad Request',
    status: 400,
    detail: `limit is a whole number from 1 to ${LIMIT_MAX}.`,
  });
}
