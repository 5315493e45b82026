import { Controller, Get, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { RootReads } from '../reads/root-reads.js';
import { ScimFace } from '../scim-face.js';

/** The base URL itself: queries over everything. */
@Controller()
export class RootController {
  constructor(
    private readonly face: ScimFace,
    private readonly reads: RootReads,
  ) {}

  @Get()
  list(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.face.answer(request, reply, '/', (exchange) => this.reads.list(exchange));
  }

  @Post('.search')
  search(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.face.answer(request, reply, '/.search', (exchange) => this.reads.search(exchange));
  }
}
