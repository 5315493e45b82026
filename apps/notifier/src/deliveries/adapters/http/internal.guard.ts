import { BearerGuard } from '@muster/service';
import { Inject, Injectable } from '@nestjs/common';

export const INTERNAL_TOKEN = Symbol('internal token');

/** Lets services of the platform in. */
@Injectable()
export class InternalGuard extends BearerGuard {
  constructor(@Inject(INTERNAL_TOKEN) internalToken: string) {
    super(internalToken);
  }
}
