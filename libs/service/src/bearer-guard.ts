import { UnauthorizedException, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { bearerToken, sameSecret } from './same-secret.js';

/** Lets a request pass that carries the given credential as its bearer token; refuses all others with 401. */
export class BearerGuard implements CanActivate {
  constructor(private readonly credential: string) {}

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const given = bearerToken(request.headers.authorization);
    if (given === undefined || !sameSecret(given, this.credential)) throw new UnauthorizedException();
    return true;
  }
}
