import { All, Controller, NotFoundException, Param, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Refusal } from '../../refusals/refusal.js';
import { Admission, type EndpointChoice } from '../admission.js';
import { ResourceReads } from '../reads/resource-reads.js';
import { ScimFace } from '../scim-face.js';
import { ResourceWrites } from '../writes/resource-writes.js';
import type { Answer, Exchange } from './exchange.js';
import { isFixedSegment } from './routes.js';

type Handle = (exchange: Exchange, choose: EndpointChoice, id: string) => Promise<Answer>;

/**
 * What is served of the types that tenants register. Which of these paths there are depends on the tenant, so everything is
 * answered after authentication, the methods that a path does not know included: a stranger learns nothing from any of them.
 */
@Controller()
export class OwnTypesController {
  private readonly ofCollection: ReadonlyMap<string, Handle>;
  private readonly ofSearch: ReadonlyMap<string, Handle>;
  private readonly ofResource: ReadonlyMap<string, Handle>;

  constructor(
    private readonly face: ScimFace,
    private readonly admission: Admission,
    writes: ResourceWrites,
    reads: ResourceReads,
  ) {
    this.ofCollection = new Map<string, Handle>([
      ['GET', (exchange, choose) => reads.list(exchange, choose)],
      ['POST', (exchange, choose) => writes.create(exchange, choose)],
    ]);
    this.ofSearch = new Map<string, Handle>([['POST', (exchange, choose) => reads.search(exchange, choose)]]);
    this.ofResource = new Map<string, Handle>([
      ['GET', (exchange, choose, id) => reads.read(exchange, choose, id)],
      ['PUT', (exchange, choose, id) => writes.replace(exchange, choose, id)],
      ['PATCH', (exchange, choose, id) => writes.patch(exchange, choose, id)],
      ['DELETE', (exchange, choose, id) => writes.delete(exchange, choose, id)],
    ]);
  }

  @All(':type')
  collection(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Param('type') type: string,
  ): Promise<void> {
    return this.answer(request, reply, '/:type', this.ofCollection, type);
  }

  @All(':type/.search')
  search(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Param('type') type: string,
  ): Promise<void> {
    return this.answer(request, reply, '/:type/.search', this.ofSearch, type);
  }

  @All(':type/:id')
  resource(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Param('type') type: string,
    @Param('id') id: string,
  ): Promise<void> {
    return this.answer(request, reply, '/:type/:id', this.ofResource, type, id);
  }

  private async answer(
    request: FastifyRequest,
    reply: FastifyReply,
    route: string,
    handlers: ReadonlyMap<string, Handle>,
    type: string,
    id = '',
  ): Promise<void> {
    // A path of the protocol comes here with a method that it does not know: the error filter knows which it does.
    if (isFixedSegment(type)) throw new NotFoundException();
    const choose: EndpointChoice = (endpoints) => endpoints.findOwn(type);
    const handle = handlers.get(request.method) ?? this.refuseMethod([...handlers.keys()]);
    return this.face.answer(request, reply, route, (exchange) => handle(exchange, choose, id));
  }

  private refuseMethod(allowed: readonly string[]): Handle {
    return async (exchange, choose) => {
      await this.admission.admitTo(exchange, choose);
      throw new Refusal('method_not_allowed', { allow: allowed.join(', ') });
    };
  }
}
