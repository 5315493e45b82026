import { factRecords, failureRecord, type Fact, type ProvisioningFailure } from '@muster/contracts';
import type { OutgoingRecord } from '@muster/messaging';
import {
  attributeKeys,
  contextFromTraceparent,
  currentTraceparent,
  spanNames,
  tracer,
} from '@muster/telemetry';
import type { OutboxRow } from './outbox-store.js';

/**
 * The records that carry an outbox row: a fact goes to its event topic and its state topic, a failure to the failures. The
 * row's payload was written by this service in the transaction of the change itself, so its shape is known.
 */
export function outboxRecords(row: OutboxRow): OutgoingRecord[] {
  const parent = contextFromTraceparent(row.traceparent);
  if (row.kind === 'failure') {
    const failure = JSON.parse(row.payload) as ProvisioningFailure;
    const record = failureRecord(failure);
    return [inSendSpan(parent, record, failure.failureId)];
  }
  const fact = JSON.parse(row.payload) as Fact;
  return factRecords(fact, row.traceparent).map((record) => inSendSpan(parent, record, fact.factId));
}

/** The span `send <topic>` is part of the request's trace; consumers become its children. */
function inSendSpan(
  parent: ReturnType<typeof contextFromTraceparent>,
  record: OutgoingRecord,
  messageId: string,
): OutgoingRecord {
  const { span, context } = tracer.startSpan(spanNames.send(record.topic), {
    kind: 'producer',
    parent,
    attributes: () => ({
      [attributeKeys.messagingSystem]: 'kafka',
      [attributeKeys.messagingOperationName]: 'send',
      [attributeKeys.messagingDestination]: record.topic,
      [attributeKeys.messagingMessageId]: messageId,
    }),
  });
  if (!span.isRecording()) return record;
  span.end();
  const traceparent = currentTraceparent(context);
  return traceparent === undefined ? record : { ...record, headers: { ...record.headers, traceparent } };
}
