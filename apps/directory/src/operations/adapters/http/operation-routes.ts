import {
  OUTCOME_LOOKUP_MAX,
  directoryPaths,
  parseUuid,
  type CommandId,
  type LookUpOutcomesResponse,
  type ResourceId,
  type TenantId,
  type TokenId,
} from '@muster/contracts';
import { invalidValue } from '@muster/scim';
import type { InternalRoute } from '../../../http/internal-route.js';
import { cancelCommands } from '../../application/cancel-commands.js';
import type {
  CancellableCommand,
  CommandReference,
  OperationStore,
} from '../../application/operation-store.js';

const REQUEST_ID_LENGTH_MAX = 128;
const RESOURCE_TYPE_LENGTH_MAX = 64;

const types: ReadonlySet<string> = new Set([
  'user.create.requested',
  'user.replace.requested',
  'user.patch.requested',
  'user.delete.requested',
  'group.create.requested',
  'group.replace.requested',
  'group.patch.requested',
  'group.delete.requested',
  'resource.create.requested',
  'resource.replace.requested',
  'resource.patch.requested',
  'resource.delete.requested',
  'bulk.requested',
]);

/** What a gateway asks about its commands when no reply came, and what it tells. */
export function operationRoutes(store: OperationStore, now: () => Date): readonly InternalRoute[] {
  return [
    {
      method: 'POST',
      path: directoryPaths.lookUpOutcomes,
      name: 'look-up-outcomes',
      handle: async ({ body }) => {
        const commands = commandsOf(body, referenceOf);
        const outcomes = await store.outcomes(commands);
        const response: LookUpOutcomesResponse = {
          outcomes: [...outcomes].map(([commandId, outcome]) => ({ commandId, outcome })),
        };
        return JSON.stringify(response);
      },
    },
    {
      method: 'POST',
      path: directoryPaths.cancelCommands,
      name: 'cancel-commands',
      handle: async ({ body }) =>
        JSON.stringify(await cancelCommands(store, commandsOf(body, cancellableOf), now())),
    },
    {
      method: 'POST',
      path: directoryPaths.markUndelivered,
      name: 'mark-undelivered',
      handle: async ({ body }) => {
        const commands = commandsOf(body, referenceOf);
        if (commands.length > 0) await store.markUndelivered(commands);
        return null;
      },
    },
  ];
}

type Json = Readonly<Record<string, unknown>>;

function commandsOf<Command>(body: unknown, parse: (json: Json) => Command): Command[] {
  const commands = isObject(body) ? body['commands'] : undefined;
  if (!Array.isArray(commands) || commands.length > OUTCOME_LOOKUP_MAX) {
    throw invalidValue(`commands is not a list of at most ${OUTCOME_LOOKUP_MAX}.`);
  }
  return commands.map((each) => {
    if (!isObject(each)) throw invalidValue('A command is an object.');
    return parse(each);
  });
}

function isCommandType(type: unknown): type is CancellableCommand['type'] {
  return typeof type === 'string' && types.has(type);
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function referenceOf(json: Json): CommandReference {
  return { commandId: uuid<CommandId>(json, 'commandId'), tenantId: uuid<TenantId>(json, 'tenantId') };
}

function cancellableOf(json: Json): CancellableCommand {
  const { type, resourceType, requestId } = json;
  if (!isCommandType(type)) throw invalidValue('type is not the type of a command.');
  if (typeof requestId !== 'string' || requestId.length > REQUEST_ID_LENGTH_MAX)
    throw invalidValue('requestId is not short text.');
  if (
    resourceType !== undefined &&
    (typeof resourceType !== 'string' || resourceType.length > RESOURCE_TYPE_LENGTH_MAX)
  )
    throw invalidValue('resourceType is not short text.');
  return {
    ...referenceOf(json),
    tokenId: uuid<TokenId>(json, 'tokenId'),
    resourceId: uuid<ResourceId>(json, 'resourceId'),
    type,
    ...(resourceType === undefined ? {} : { resourceType }),
    requestId,
  };
}

function uuid<Id extends string>(json: Json, name: string): Id {
  const id = parseUuid<Id>(json[name]);
  if (id === null) throw invalidValue(`${name} is not a UUID.`);
  return id;
}
