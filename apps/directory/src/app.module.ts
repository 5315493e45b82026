import { Module, type DynamicModule } from '@nestjs/common';
import { CommandConsumer } from './commands/adapters/kafka/command-consumer.js';
import { CommandsController } from './commands/adapters/kafka/commands.controller.js';
import { SCIM_URL, TenantsController } from './tenants/adapters/http/tenants.controller.js';
import { TenantAdministration } from './tenants/application/tenant-administration.js';

/** What Nest serves: the admin API over HTTP, and the commands from the log. The internal API is registered on Fastify beside it. */
@Module({})
export class DirectoryModule {
  static of(parts: {
    readonly administration: TenantAdministration;
    readonly scimUrl: string;
    readonly consumer: CommandConsumer;
  }): DynamicModule {
    return {
      module: DirectoryModule,
      controllers: [TenantsController, CommandsController],
      providers: [
        { provide: TenantAdministration, useValue: parts.administration },
        { provide: SCIM_URL, useValue: parts.scimUrl },
        { provide: CommandConsumer, useValue: parts.consumer },
      ],
    };
  }
}
