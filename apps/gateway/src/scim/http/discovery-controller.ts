import { All, Controller, Get, Param, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Discovery } from '../discovery/discovery.js';
import { ScimFace, type Handler } from '../scim-face.js';

/** What the service says of itself, and the parts of SCIM that it does not offer. */
@Controller()
export class DiscoveryController {
  private readonly refuse: Handler = (exchange) => this.discovery.notOffered(exchange);

  constructor(
    private readonly face: ScimFace,
    private readonly discovery: Discovery,
  ) {}

  @Get('ServiceProviderConfig')
  config(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.face.answer(request, reply, '/ServiceProviderConfig', (exchange) =>
      this.discovery.serviceProviderConfig(exchange),
    );
  }

  @Get('ResourceTypes')
  resourceTypes(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.face.answer(request, reply, '/ResourceTypes', (exchange) =>
      this.discovery.listResourceTypes(exchange),
    );
  }

  @Get('ResourceTypes/:id')
  resourceType(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Param('id') id: string,
  ): Promise<void> {
    return this.face.answer(request, reply, '/ResourceTypes/:id', (exchange) =>
      this.discovery.resourceType(exchange, id),
    );
  }

  @Get('Schemas')
  schemas(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.face.answer(request, reply, '/Schemas', (exchange) => this.discovery.listSchemas(exchange));
  }

  @Get('Schemas/:id')
  schema(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Param('id') id: string): Promise<void> {
    return this.face.answer(request, reply, '/Schemas/:id', (exchange) =>
      this.discovery.schema(exchange, id),
    );
  }

  @All('Me')
  me(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.face.answer(request, reply, '/Me', this.refuse);
  }
}
