import { Controller } from '@nestjs/common';
import { COMMANDS_TOPIC } from '@muster/contracts';
import { OnBatch, type BatchContext, type RecordBatch } from '@muster/messaging';
import { CommandConsumer } from './command-consumer.js';

/** Where Nest's transport hands over the commands. */
@Controller()
export class CommandsController {
  constructor(private readonly consumer: CommandConsumer) {}

  @OnBatch(COMMANDS_TOPIC)
  onBatch(batch: RecordBatch, context: BatchContext): Promise<void> {
    return this.consumer.onBatch(batch, context);
  }
}
