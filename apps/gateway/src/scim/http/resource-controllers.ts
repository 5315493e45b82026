import { Controller, Delete, Get, Param, Patch, Post, Put, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { EndpointChoice } from '../admission.js';
import { ResourceReads } from '../reads/resource-reads.js';
import { ScimFace } from '../scim-face.js';
import { ResourceWrites } from '../writes/resource-writes.js';

/** Everything that one kind of resource answers; the two controllers below differ in their kind only. */
abstract class ResourceController {
  protected abstract readonly path: string;
  protected abstract readonly choose: EndpointChoice;

  constructor(
    private readonly face: ScimFace,
    private readonly writes: ResourceWrites,
    private readonly reads: ResourceReads,
  ) {}

  @Post()
  create(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.face.answer(request, reply, this.path, (exchange) =>
      this.writes.create(exchange, this.choose),
    );
  }

  @Get()
  list(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.face.answer(request, reply, this.path, (exchange) => this.reads.list(exchange, this.choose));
  }

  @Post('.search')
  search(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.face.answer(request, reply, `${this.path}/.search`, (exchange) =>
      this.reads.search(exchange, this.choose),
    );
  }

  @Get(':id')
  read(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Param('id') id: string): Promise<void> {
    return this.face.answer(request, reply, `${this.path}/:id`, (exchange) =>
      this.reads.read(exchange, this.choose, id),
    );
  }

  @Put(':id')
  replace(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Param('id') id: string,
  ): Promise<void> {
    return this.face.answer(request, reply, `${this.path}/:id`, (exchange) =>
      this.writes.replace(exchange, this.choose, id),
    );
  }

  @Patch(':id')
  patch(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Param('id') id: string): Promise<void> {
    return this.face.answer(request, reply, `${this.path}/:id`, (exchange) =>
      this.writes.patch(exchange, this.choose, id),
    );
  }

  @Delete(':id')
  delete(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Param('id') id: string): Promise<void> {
    return this.face.answer(request, reply, `${this.path}/:id`, (exchange) =>
      this.writes.delete(exchange, this.choose, id),
    );
  }
}

@Controller('Users')
export class UsersController extends ResourceController {
  protected override readonly path = '/Users';
  protected override readonly choose: EndpointChoice = ({ users }) => users;

  constructor(face: ScimFace, writes: ResourceWrites, reads: ResourceReads) {
    super(face, writes, reads);
  }
}

@Controller('Groups')
export class GroupsController extends ResourceController {
  protected override readonly path = '/Groups';
  protected override readonly choose: EndpointChoice = ({ groups }) => groups;

  constructor(face: ScimFace, writes: ResourceWrites, reads: ResourceReads) {
    super(face, writes, reads);
  }
}
