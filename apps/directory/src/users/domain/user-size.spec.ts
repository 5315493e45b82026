import { describe, expect, it } from '@jest/globals';
import {
  DOCUMENT_BYTES_MAX,
  FACT_BYTES_MAX,
  defaultTenantSettings,
  factRecords,
  type Command,
  type CommandId,
  type ResourceId,
  type TenantId,
  type TokenId,
} from '@muster/contracts';
import { parsePatch, parseResource, userResourceType, standardResourceTypes } from '@muster/scim';
import { causeOfCommand, factOf } from '../../commands/application/fact-of.js';
import { isRefusal } from '../../resources/domain/decision.js';
import { initialState, type ResourceState } from '../../resources/domain/resource-state.js';
import { decideUser, type UserAcceptance } from './decide-user.js';

const envelope = {
  commandId: '01890000-0000-7000-8000-0000000000c1' as CommandId,
  tenantId: '01890000-0000-7000-8000-0000000000d1' as TenantId,
  tokenId: '01890000-0000-7000-8000-0000000000e1' as TokenId,
  requestId: 'r-1',
  resourceId: '01890000-0000-7000-8000-00000000000a' as ResourceId,
  replyTo: { partition: 0, instanceId: 'gateway-1' },
  deadlineMs: 8_000,
};
const context = {
  nowMs: 0,
  settings: defaultTenantSettings,
  types: standardResourceTypes,
  domainPolicy: { kind: 'any' } as const,
  names: { holderOf: () => null },
  formerUsers: { named: () => null },
};

const patch = (...Operations: object[]): Command => ({
  ...envelope,
  type: 'user.patch.requested',
  patch: parsePatch(userResourceType, { Operations }),
});
const documentOf = (body: object) => parseResource(userResourceType, body, 'create').document;
const jsonBytes = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));
const tooLarge = {
  kind: 'rejected',
  cause: 'too_large',
  detail: expect.stringContaining(String(DOCUMENT_BYTES_MAX)),
};

/** Of 60,000 bytes in JSON each: no character is written longer than a control character. */
const photos = (from: number, count: number): object[] =>
  Array.from({ length: count }, (_, n) => ({ value: `${from + n}`.padEnd(10_000, '\u0001') }));

function accepted(state: ResourceState | null, command: Command): UserAcceptance {
  const decision = decideUser(state, command, context);
  if (isRefusal(decision)) throw new Error(decision.detail);
  return decision;
}

/** A user to whom photos were added for as long as that was allowed, and a title that leaves no byte free. */
function largestUser(): ResourceState {
  let state = initialState(
    envelope.resourceId,
    documentOf({ userName: 'jo', active: true, title: 'x' }),
    envelope.commandId,
    0,
  );
  for (let round = 0; ; round += 1) {
    const decision = decideUser(
      state,
      patch({ op: 'add', path: 'photos', value: photos(round, 1) }),
      context,
    );
    if (isRefusal(decision)) {
      expect(decision).toEqual(tooLarge);
      break;
    }
    if (decision.next === null) throw new Error('a patch deletes nobody');
    state = decision.next;
  }
  const title = 'x'.repeat(1 + DOCUMENT_BYTES_MAX - jsonBytes(state.document));
  state = { ...state, document: { ...state.document, title } };
  expect(jsonBytes(state.document)).toBe(DOCUMENT_BYTES_MAX);
  return state;
}

function largestRecord(state: ResourceState, command: Command): number {
  const { next, fact } = accepted(state, command);
  if (fact === null) throw new Error('nothing was to be told');
  const told = factOf({
    ...fact,
    tenantId: envelope.tenantId,
    resourceId: state.id,
    version: state.version + 1,
    part: 1,
    parts: 1,
    state: next,
    cause: causeOfCommand(command),
    atMs: 0,
  });
  return Math.max(...factRecords(told, null).map(({ value }) => value?.length ?? 0));
}

describe('the size of a user', () => {
  const largest = largestUser();

  it.each<[string, ResourceState | null, Command]>([
    [
      'create',
      null,
      {
        ...envelope,
        type: 'user.create.requested',
        document: documentOf({ userName: 'jo', photos: photos(0, 18) }),
        documentHash: '0'.repeat(64),
      },
    ],
    [
      'replace',
      largest,
      {
        ...envelope,
        type: 'user.replace.requested',
        document: documentOf({ userName: 'jo', photos: photos(0, 18) }),
      },
    ],
    ['patch', largest, patch({ op: 'add', path: 'nickName', value: 'j' })],
  ])('is bounded: %s', (_, state, command) => {
    expect(decideUser(state, command, context)).toEqual(tooLarge);
  });

  it('keeps nobody who is as large as allowed from being disabled, made smaller or deleted', () => {
    for (const command of [
      patch({ op: 'replace', path: 'active', value: false }),
      patch({ op: 'remove', path: 'photos' }),
      { ...envelope, type: 'user.delete.requested' } as const,
    ])
      expect(decideUser(largest, command, context)).toMatchObject({ kind: 'accepted' });
  });

  it('lets the largest fact through the log, with all that was and all that is', () => {
    const exchanged = patch({ op: 'replace', path: 'photos', value: photos(5_000, 17) });
    const bytes = largestRecord(largest, exchanged);
    expect(bytes).toBeGreaterThan(1.9 * DOCUMENT_BYTES_MAX);
    expect(bytes).toBeLessThan(FACT_BYTES_MAX);
  });

  it('is not told again when the user is deleted: only who it was', () => {
    const deletion = { ...envelope, type: 'user.delete.requested' } as const;
    expect(accepted(largest, deletion).fact).toEqual({
      type: 'directory.user.deleted.v1',
      changed: [],
      previous: { userName: 'jo', active: true },
    });
    expect(largestRecord(largest, deletion)).toBeLessThan(1_000);
  });
});
