import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { commandKey, decodeCommand, encodeCommand } from './commands/command-message.js';
import { operationOf, resourceKindOf, type Command } from './commands/commands.js';
import { decodeFact, factKey, factRecords } from './facts/fact-message.js';
import { decodeFailure, failureRecord } from './failures/failure-message.js';
import { decodeReply, encodeReply, outcomeFromJson } from './outcomes/outcome-message.js';
import { validateFactRecord, validateFailureRecord } from './schemas/record-validation.js';
import {
  arbitraryBulkCommand,
  arbitraryBulkOutcome,
  arbitraryCommand,
  arbitraryCommandOf,
  arbitraryFact,
  arbitraryFailure,
  arbitraryOutcome,
  arbitraryReply,
} from './testing/arbitrary-messages.js';
import { topicContracts } from './topics/topics.js';

const TIME = '2026-11-02T09:10:00.000Z';
const topics = new Set(topicContracts.map((each) => each.topic));

describe('what is written is read back', () => {
  it('commands', () => {
    fc.assert(
      fc.property(arbitraryCommand, (command) => {
        expect(decodeCommand(encodeCommand(command, TIME))).toEqual(command);
      }),
      { numRuns: 400 },
    );
  });

  it('bulk commands: what the parts share travels once', () => {
    fc.assert(
      fc.property(arbitraryBulkCommand, (command) => {
        const encoded = encodeCommand(command, TIME);
        expect(decodeCommand(encoded)).toEqual(command);
        expect(encoded.key).toBe(`${command.tenantId}:${command.resourceId}`);
        expect(encoded.headers.ce_subject).toBe(`Bulk/${command.resourceId}`);
      }),
    );
  });

  it('outcomes of bulk commands', () => {
    fc.assert(
      fc.property(arbitraryBulkOutcome, (outcome) => {
        expect(outcomeFromJson(JSON.parse(JSON.stringify(outcome)))).toEqual(outcome);
      }),
    );
  });

  it('replies', () => {
    fc.assert(
      fc.property(arbitraryReply, (reply) => {
        expect(decodeReply(encodeReply(reply, TIME))).toEqual(reply);
      }),
      { numRuns: 300 },
    );
  });

  it('outcomes, as the directory answers a look-up', () => {
    fc.assert(
      fc.property(arbitraryOutcome, (outcome) => {
        expect(outcomeFromJson(JSON.parse(JSON.stringify(outcome)))).toEqual(outcome);
      }),
    );
  });

  it('failures, and they fit their JSON Schema', () => {
    fc.assert(
      fc.property(arbitraryFailure, (failure) => {
        const record = failureRecord(failure);
        expect(decodeFailure(record)).toEqual(failure);
        expect(validateFailureRecord(record)).toEqual([]);
        expect(topics.has(record.topic)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('facts, and their records fit their JSON Schemas', () => {
    fc.assert(
      fc.property(arbitraryFact, (fact) => {
        const records = factRecords(fact, null);
        expect(decodeFact(records[0]!)).toEqual(fact);
        for (const record of records) {
          expect(validateFactRecord(record)).toEqual([]);
          expect(record.key).toBe(factKey(fact));
          expect(topics.has(record.topic)).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('keys', () => {
  it('put a create beside its retry, whatever the case and the ids', () => {
    const create = arbitraryCommandOf('user.create.requested');
    const userName = fc.stringMatching(/^[a-zA-Zà-ÿ.@]{1,20}$/).map((name) => name.toUpperCase());
    fc.assert(
      fc.property(create, create, userName, (first, second, name) => {
        const one = commandKey({ ...first, document: { userName: name } } as Command);
        const retry = { ...second, document: { userName: name.toLowerCase() } } as Command;
        expect(commandKey({ ...retry, tenantId: first.tenantId })).toBe(one);
        expect(commandKey(retry)).not.toBe(one);
      }),
    );
  });

  it('put everything else about a resource into one partition', () => {
    fc.assert(
      fc.property(arbitraryCommand, (command) => {
        if (operationOf(command.type) === 'create') return;
        expect(encodeCommand(command, TIME).key).toBe(`${command.tenantId}:${command.resourceId}`);
      }),
    );
  });
});

describe('the last part of a fact', () => {
  it('alone moves the state topic, and a delete is a tombstone there', () => {
    fc.assert(
      fc.property(arbitraryFact, (fact) => {
        expect(factRecords({ ...fact, part: 1, parts: 2 }, null)).toHaveLength(1);
        const [, state] = factRecords({ ...fact, part: 2, parts: 2 }, null);
        expect(state?.value === null).toBe(fact.resource === null);
      }),
    );
  });
});

describe('a command type', () => {
  it('says whom it is about and what is asked', () => {
    expect(resourceKindOf('group.patch.requested')).toBe('group');
    expect(operationOf('group.patch.requested')).toBe('patch');
  });
});
