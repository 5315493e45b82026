import 'reflect-metadata';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Controller, type INestApplicationContext, Injectable, Logger, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { EventPattern, MessagePattern } from '@nestjs/microservices';
import { defer, type Observable, of, throwError } from 'rxjs';
import { InProcessEventLog } from '../in-process/in-process-event-log.js';
import { type BatchContext, type RecordBatch } from '../ports/event-log.js';
import { textOf, textRecord, until } from '../testing/contract-world.js';
import { EventLogTransport } from './event-log-transport.js';
import { OnBatch } from './on-batch.js';

@Injectable()
class Journal {
  readonly lines: string[] = [];
}

@Controller()
class BatchController {
  constructor(private readonly journal: Journal) {}

  @OnBatch('users')
  async users(batch: RecordBatch, context: BatchContext): Promise<void> {
    this.journal.lines.push(...batch.records.map((record) => `users:${textOf(record)}`));
    for (const record of batch.records) context.finished(record.offset);
  }

  @EventPattern('groups', { groupId: 'slow' })
  groups(batch: RecordBatch): Observable<void> {
    return defer(() => {
      this.journal.lines.push(...batch.records.map((record) => `groups:${textOf(record)}`));
      return of(undefined);
    });
  }
}

@Controller()
class FailingController {
  @OnBatch('users')
  users(): Observable<never> {
    return throwError(() => new Error('a bug'));
  }
}

@Controller()
class RequestController {
  @MessagePattern('users')
  users(): string {
    return 'an answer nobody gets';
  }
}

const opened: { readonly app: INestApplicationContext; readonly log: InProcessEventLog }[] = [];

async function start(
  controller: new (...parameters: never[]) => object,
  onDeath: (error: Error) => void = () => undefined,
): Promise<{ log: InProcessEventLog; transport: EventLogTransport; journal: Journal }> {
  @Module({ controllers: [controller], providers: [Journal] })
  class TestModule {}

  const log = new InProcessEventLog();
  await log.createTopics(['users', 'groups'].map((topic) => ({ topic, partitions: 1, config: {} })));
  const transport = new EventLogTransport({ log, groupId: 'test', onDeath });
  const app = await NestFactory.createMicroservice(TestModule, { strategy: transport, logger: false });
  opened.push({ app, log });
  await app.listen();
  return { log, transport, journal: app.get(Journal) };
}

describe('EventLogTransport', () => {
  afterEach(async () => {
    Logger.overrideLogger(false);
    for (const { app, log } of opened.splice(0)) {
      await app.close();
      await log.close();
    }
  });

  it('hands batches to controllers, each group by a subscription of its own', async () => {
    const { log, transport, journal } = await start(BatchController);
    const appender = await log.openAppender({ name: 'test' });
    await appender.append([textRecord('users', 'k', 'ann'), textRecord('groups', 'k', 'staff')]);
    await until('both handlers were called', () => journal.lines.length === 2);
    expect([...journal.lines].sort()).toEqual(['groups:staff', 'users:ann']);
    expect(transport.isAlive()).toBe(true);
    expect(transport.unwrap<InProcessEventLog>()).toBe(log);
    await transport.close();
    expect(transport.isAlive()).toBe(false);
  });

  it('dies of an error that an observable emits', async () => {
    const deaths: Error[] = [];
    const { log, transport } = await start(FailingController, (error) => deaths.push(error));
    const appender = await log.openAppender({ name: 'test' });
    await appender.append([textRecord('users', 'k', 'ann')]);
    await until('the death is told', () => deaths.length > 0);
    expect(deaths).toHaveLength(1);
    expect(transport.isAlive()).toBe(false);
  });

  it('refuses to listen for requests, which the log does not have', async () => {
    await expect(start(RequestController)).rejects.toThrow('@OnBatch');
  });
});
