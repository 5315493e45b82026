import { Module, type DynamicModule } from '@nestjs/common';
import { DELIVERY_STORE, DeliveriesController } from './deliveries/adapters/http/deliveries.controller.js';
import { INTERNAL_TOKEN } from './deliveries/adapters/http/internal.guard.js';
import type { DeliveryStore } from './deliveries/application/ports.js';
import { FailuresConsumer } from './incidents/adapters/kafka/failures-consumer.js';
import { FailuresController } from './incidents/adapters/kafka/failures.controller.js';

export interface NotifierParts {
  readonly consumer: FailuresConsumer;
  readonly deliveries: DeliveryStore;
  readonly internalToken: string;
}

/** The routes and the topic of the notifier over parts that were put together before: Nest binds, and builds nothing. */
@Module({})
export class NotifierModule {
  static of(parts: NotifierParts): DynamicModule {
    return {
      module: NotifierModule,
      controllers: [FailuresController, DeliveriesController],
      providers: [
        { provide: FailuresConsumer, useValue: parts.consumer },
        { provide: DELIVERY_STORE, useValue: parts.deliveries },
        { provide: INTERNAL_TOKEN, useValue: parts.internalToken },
      ],
    };
  }
}
