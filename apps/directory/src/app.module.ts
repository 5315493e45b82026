import { Module, type DynamicModule } from '@nestjs/common';
import {
  ACTIVITY_LOG,
  ActivityController,
  TENANT_LOOKUP,
  type TenantLookup,
} from './activity/adapters/http/activity.controller.js';
import type { ActivityLog } from './activity/application/activity-log.js';
import { CommandConsumer } from './commands/adapters/kafka/command-consumer.js';
import { CommandsController } from './commands/adapters/kafka/commands.controller.js';
import { SCIM_URL, TenantsController } from './tenants/adapters/http/tenants.controller.js';
import { SchemaAdministration } from './tenants/application/schema-administration.js';
import { TenantAdministration } from './tenants/application/tenant-administration.js';

/** What Nest serves: the admin API over HTTP, and the commands from the log. The internal API is registered on Fastify beside it. */
@Module({})
export class DirectoryModule {
  static of(parts: {
    readonly administration: TenantAdministration;
    readonly activity: ActivityLog;
    readonly schemaAdministration: SchemaAdministration;
    readonly scimUrl: string;
    readonly consumer: CommandConsumer;
  }): DynamicModule {
    const findTenant: TenantLookup = (nameOrId) => parts.administration.find(nameOrId);
    return {
      module: DirectoryModule,
      controllers: [TenantsController, ActivityController, CommandsController],
      providers: [
        { provide: TenantAdministration, useValue: parts.administration },
        { provide: SchemaAdministration, useValue: parts.schemaAdministration },
        { provide: SCIM_URL, useValue: parts.scimUrl },
        { provide: ACTIVITY_LOG, useValue: parts.activity },
        { provide: TENANT_LOOKUP, useValue: findTenant },
        { provide: CommandConsumer, useValue: parts.consumer },
      ],
    };
  }
}
