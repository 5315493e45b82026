import { Controller, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { BulkWrites } from '../bulk/bulk-writes.js';
import { ScimFace } from '../scim-face.js';

@Controller('Bulk')
export class BulkController {
  constructor(
    private readonly face: ScimFace,
    private readonly bulk: BulkWrites,
  ) {}

  @Post()
  handle(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.face.answer(request, reply, '/Bulk', (exchange) => this.bulk.handle(exchange));
  }
}
