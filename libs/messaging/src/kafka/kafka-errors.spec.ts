import { describe, expect, it } from '@jest/globals';
import { KafkaJSNonRetriableError, KafkaJSProtocolError } from 'kafkajs';
import {
  errorLabel,
  isFenced,
  isHopeless,
  isMembershipLost,
  isTooLarge,
  isUnknownTopic,
} from './kafka-errors.js';

function protocolError(type: string): Error {
  const error = new KafkaJSProtocolError(new Error(type));
  return Object.assign(error, { type });
}

/** As kafkajs's retrier wraps what it gives up on. */
function wrapped(error: Error): Error {
  return Object.assign(new KafkaJSNonRetriableError(error), { cause: error });
}

describe('meaning of Kafka errors', () => {
  it.each([
    ['INVALID_PRODUCER_EPOCH', isFenced],
    ['PRODUCER_FENCED', isFenced],
    ['INVALID_TXN_STATE', isFenced],
    ['MESSAGE_TOO_LARGE', isTooLarge],
    ['UNKNOWN_TOPIC_OR_PARTITION', isUnknownTopic],
    ['REBALANCE_IN_PROGRESS', isMembershipLost],
    ['UNKNOWN_MEMBER_ID', isMembershipLost],
    ['TOPIC_AUTHORIZATION_FAILED', isHopeless],
  ] as const)('%s is understood, bare and wrapped', (type, meaning) => {
    for (const all of [isFenced, isTooLarge, isUnknownTopic, isMembershipLost, isHopeless]) {
      expect(all(protocolError(type))).toBe(all === meaning);
      expect(all(wrapped(protocolError(type)))).toBe(all === meaning);
    }
    expect(errorLabel(wrapped(protocolError(type)))).toBe(type);
  });

  it('takes a lost connection for nothing worse', () => {
    const refused = Object.assign(new Error('connect ECONNREFUSED'), {
      name: 'KafkaJSConnectionError',
      code: 'ECONNREFUSED',
    });
    for (const meaning of [isFenced, isTooLarge, isUnknownTopic, isMembershipLost, isHopeless]) {
      expect(meaning(refused)).toBe(false);
    }
    expect(errorLabel(refused)).toBe('ECONNREFUSED');
  });

  it('survives what is not an error, and causes that go in circles', () => {
    const circle = new Error('a');
    circle.cause = circle;
    expect(isFenced(circle)).toBe(false);
    expect(errorLabel('text')).toBe('unknown');
  });
});
