import { Module, type DynamicModule } from '@nestjs/common';
import { BulkWrites } from './scim/bulk/bulk-writes.js';
import { Discovery } from './scim/discovery/discovery.js';
import { BulkController } from './scim/http/bulk-controller.js';
import { DiscoveryController } from './scim/http/discovery-controller.js';
import { OwnTypesController } from './scim/http/own-types-controller.js';
import { GroupsController, UsersController } from './scim/http/resource-controllers.js';
import { RootController } from './scim/http/root-controller.js';
import { Admission } from './scim/admission.js';
import { ResourceReads } from './scim/reads/resource-reads.js';
import { RootReads } from './scim/reads/root-reads.js';
import { ScimFace } from './scim/scim-face.js';
import { ResourceWrites } from './scim/writes/resource-writes.js';

export interface GatewayParts {
  readonly face: ScimFace;
  readonly admission: Admission;
  readonly writes: ResourceWrites;
  readonly reads: ResourceReads;
  readonly rootReads: RootReads;
  readonly bulk: BulkWrites;
  readonly discovery: Discovery;
}

/** The routes of the gateway over parts that were put together before: Nest routes, and builds nothing by itself. */
@Module({})
export class GatewayModule {
  static of(parts: GatewayParts): DynamicModule {
    return {
      module: GatewayModule,
      controllers: [
        UsersController,
        GroupsController,
        BulkController,
        RootController,
        DiscoveryController,
        OwnTypesController,
      ],
      providers: [
        { provide: ScimFace, useValue: parts.face },
        { provide: Admission, useValue: parts.admission },
        { provide: ResourceWrites, useValue: parts.writes },
        { provide: ResourceReads, useValue: parts.reads },
        { provide: RootReads, useValue: parts.rootReads },
        { provide: BulkWrites, useValue: parts.bulk },
        { provide: Discovery, useValue: parts.discovery },
      ],
    };
  }
}
