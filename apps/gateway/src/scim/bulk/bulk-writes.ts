import {
  BULK_OPERATIONS_MAX,
  BULK_PAYLOAD_BYTES_MAX,
  COMMAND_DEADLINE_MS,
  type Applied,
  type BulkCommand,
  type CommandId,
  type CommandOutcome,
  type Outcome,
  type ReplyAddress,
  type ResourceId,
} from '@muster/contracts';
import { parseBulk, renderBulkResponse } from '@muster/scim';
import { attributeKeys, currentTraceparent, spanNames, tracer } from '@muster/telemetry';
import { v7 as uuidV7 } from 'uuid';
import type { CommandBus } from '../../commands/command-bus.js';
import type { CommandDirectory } from '../../commands/command-directory.js';
import type { UndeliveredAnswers } from '../../commands/undelivered-answers.js';
import { schemasOf } from '../../endpoints/endpoints.js';
import { failureOf, isPublishedHere } from '../../failures/failure-of.js';
import type { FailurePublisher } from '../../failures/failure-publisher.js';
import { Refusal } from '../../refusals/refusal.js';
import type { Admission } from '../admission.js';
import type { Answer, Exchange } from '../http/exchange.js';
import type { RequestBodies } from '../http/request-bodies.js';
import type { ResourceRendering } from '../rendering/resource-rendering.js';
import { appliedOrRefusal } from '../writes/answer-of-end.js';
import { bulkOutcome } from './bulk-answer.js';
import { BulkJobPlanner, partsOf, type JobEnvelope, type RefusedItem } from './bulk-job.js';

export interface BulkWritesParts {
  readonly admission: Admission;
  readonly bodies: RequestBodies;
  readonly commands: CommandBus;
  readonly commandDirectory: CommandDirectory;
  readonly undelivered: UndeliveredAnswers;
  readonly failures: FailurePublisher;
  readonly rendering: ResourceRendering;
  /** Where outcomes are to be sent. */
  readonly replyTo: ReplyAddress;
}

const RETRY_AFTER_SECONDS = 5;

/**
 * POST /Bulk (RFC 7644 section 3.7): many writes in one request, one command and one transaction. The request as a whole fails
 * only for what a single one would: its credential, its size, its form, a service that is not there. Everything else is told
 * of each operation by itself.
 */
export class BulkWrites {
  constructor(private readonly parts: BulkWritesParts) {}

  async handle(exchange: Exchange): Promise<Answer> {
    exchange.attempt = { operation: 'bulk', resourceKind: 'user', subject: {} };
    const { admission, bodies, replyTo, rendering } = this.parts;
    const credential = await admission.admit(exchange);
    const body = await bodies.readJson(exchange, BULK_PAYLOAD_BYTES_MAX);
    const { endpoints } = credential;
    const plan = parseBulk(body, { operationsMax: BULK_OPERATIONS_MAX }, endpoints.types.all);
    admission.charge(credential, plan.operations.length);
    const envelope: JobEnvelope = {
      tenantId: credential.tenantId,
      tokenId: credential.tokenId,
      requestId: exchange.requestId,
      replyTo,
      ...schemasOf(endpoints),
      deadlineMs: Date.now() + COMMAND_DEADLINE_MS,
    };
    const job = new BulkJobPlanner(credential, envelope, uuidV7).plan(plan);
    const { failOnErrors } = plan;
    const command: BulkCommand = {
      ...envelope,
      type: 'bulk.requested',
      commandId: uuidV7() as CommandId,
      resourceId: uuidV7() as ResourceId,
      ...(failOnErrors === undefined ? {} : { failOnErrors }),
      parts: partsOf(job),
    };
    const outcomes =
      command.parts.length === 0 ? new Map<CommandId, Outcome>() : await this.decide(exchange, command);
    const { results, refused } = bulkOutcome(job, outcomes, failOnErrors ?? Infinity, (endpoint, id) =>
      rendering.locationOf(endpoint, id),
    );
    await this.publishFailures(exchange, envelope, refused);
    return {
      status: 200,
      body: renderBulkResponse(results),
      onUndelivered: () => this.eachCreate(command, (create) => this.parts.undelivered.mark(create)),
    };
  }

  /** Publishes, waits, and throws the refusal unless the job was done; then says what became of each part. */
  private async decide(exchange: Exchange, command: BulkCommand): Promise<ReadonlyMap<CommandId, Outcome>> {
    exchange.span.setAttribute(attributeKeys.commandId, command.commandId);
    const end = await tracer.withSpan(spanNames.awaitReply, { parent: exchange.trace }, () =>
      this.parts.commands.submit(command, exchange.trace),
    );
    if (end.kind === 'unknown') this.leaveUnknown(command);
    if (end.kind === 'withdrawn' && exchange.attempt !== undefined)
      exchange.attempt.withdrawn = command.commandId;
    const results = await this.resultsOf(exchange, command, appliedOrRefusal(end));
    return new Map(results.map(({ commandId, outcome }) => [commandId, outcome]));
  }

  /** An outcome that was looked up tells of the job alone; its parts have rows of their own, written with it. */
  private async resultsOf(
    exchange: Exchange,
    command: BulkCommand,
    applied: Applied,
  ): Promise<readonly CommandOutcome[]> {
    if (applied.results !== undefined) return applied.results;
    const commands = command.parts.map((part) => {
      const { commandId, tenantId } = part.command;
      return { commandId, tenantId };
    });
    try {
      return await tracer.withSpan(
        spanNames.recoverOutcomes,
        { kind: 'client', parent: exchange.trace },
        () => this.parts.commandDirectory.lookUp({ commands }),
      );
    } catch {
      this.eachCreate(command, (create) => this.parts.undelivered.mark(create));
      throw new Refusal('outcome_unknown', { retryAfterSeconds: RETRY_AFTER_SECONDS });
    }
  }

  private leaveUnknown(command: BulkCommand): void {
    this.eachCreate(command, (create) => this.parts.undelivered.markUnknown(create));
  }

  /** Only a create is answered again when it is repeated. */
  private eachCreate(
    { parts }: BulkCommand,
    tell: (create: BulkCommand['parts'][number]['command']) => void,
  ): void {
    for (const { command } of parts) if (command.type.endsWith('.create.requested')) tell(command);
  }

  /** All at once, so that together they take no longer than one. */
  private async publishFailures(
    exchange: Exchange,
    { tenantId, requestId }: JobEnvelope,
    refused: readonly RefusedItem[],
  ): Promise<void> {
    const occurredAt = new Date().toISOString();
    const traceparent = currentTraceparent(exchange.trace);
    await Promise.all(
      refused
        .filter(({ refusal }) => isPublishedHere(refusal))
        .map(({ refusal, attempt }) =>
          this.parts.failures.publish(
            failureOf(refusal, attempt, {
              failureId: uuidV7(),
              tenantId,
              requestId,
              occurredAt,
              traceparent,
            }),
          ),
        ),
    );
  }
}
