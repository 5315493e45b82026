import { FAILURES_TOPIC } from '@muster/contracts';
import { OnBatch, type BatchContext, type RecordBatch } from '@muster/messaging';
import { Controller } from '@nestjs/common';
import { FailuresConsumer } from './failures-consumer.js';

/** Binds the consumer to its topic. */
@Controller()
export class FailuresController {
  constructor(private readonly consumer: FailuresConsumer) {}

  @OnBatch(FAILURES_TOPIC)
  onBatch(batch: RecordBatch, context: BatchContext): Promise<void> {
    return this.consumer.onBatch(batch, context);
  }
}
