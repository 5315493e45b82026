import { Controller, Delete, Get, Param, Patch, Post, Put, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { groups, users, type Endpoint } from '../endpoints.js';
import { ResourceReads } from '../reads/resource-reads.js';
import { ScimFace } from '../scim-face.js';
import { ResourceWrites } from '../writes/resource-writes.js';

/** Everything that one kind of resource answers; the two controllers below differ in their kind only. */
abstract class ResourceController {
  protected abstract readonly endpoint: Endpoint;

  constructor(
    private readonly face: ScimFace,
    private readonly writes: ResourceWrites,
    private readonly reads: ResourceReads,
  ) {}

  @Post()
  create(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.face.answer(request, reply, this.endpoint.path, (exchange) =>
      this.writes.create(exchange, this.endpoint),
    );
  }

  @Get()
  list(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.face.answer(request, reply, this.endpoint.path, (exchange) =>
      this.reads.list(exchange, this.endpoint),
    );
  }

  @Post('.search')
  search(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.face.answer(request, reply, `${this.endpoint.path}/.search`, (exchange) =>
      this.reads.search(exchange, this.endpoint),
    );
  }

  @Get(':id')
  read(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Param('id') id: string): Promise<void> {
    return this.face.answer(request, reply, `${this.endpoint.path}/:id`, (exchange) =>
      this.reads.read(exchange, this.endpoint, id),
    );
  }

  @Put(':id')
  replace(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Param('id') id: string,
  ): Promise<void> {
    return this.face.answer(request, reply, `${this.endpoint.path}/:id`, (exchange) =>
      this.writes.replace(exchange, this.endpoint, id),
    );
  }

  @Patch(':id')
  patch(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Param('id') id: string): Promise<void> {
    return this.face.answer(request, reply, `${this.endpoint.path}/:id`, (exchange) =>
      this.writes.patch(exchange, this.endpoint, id),
    );
  }

  @Delete(':id')
  delete(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Param('id') id: string): Promise<void> {
    return this.face.answer(request, reply, `${this.endpoint.path}/:id`, (exchange) =>
      this.writes.delete(exchange, this.endpoint, id),
    );
  }
}

@Controller('Users')
export class UsersController extends ResourceController {
  protected override readonly endpoint = users;

  constructor(face: ScimFace, writes: ResourceWrites, reads: ResourceReads) {
    super(face, writes, reads);
  }
}

@Controller('Groups')
export class GroupsController extends ResourceController {
  protected override readonly endpoint = groups;

  constructor(face: ScimFace, writes: ResourceWrites, reads: ResourceReads) {
    super(face, writes, reads);
  }
}
