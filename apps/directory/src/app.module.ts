import { Module, type DynamicModule } from '@nestjs/common';
import { SCIM_URL, TenantsController } from './tenants/adapters/http/tenants.controller.js';
import { TenantAdministration } from './tenants/application/tenant-administration.js';

/** What Nest serves: the admin API. The internal API is registered on Fastify beside it. */
@Module({})
export class DirectoryModule {
  static of(parts: {
    readonly administration: TenantAdministration;
    readonly scimUrl: string;
  }): DynamicModule {
    return {
      module: DirectoryModule,
      controllers: [TenantsController],
      providers: [
        { provide: TenantAdministration, useValue: parts.administration },
        { provide: SCIM_URL, useValue: parts.scimUrl },
      ],
    };
  }
}
