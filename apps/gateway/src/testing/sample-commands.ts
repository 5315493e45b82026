import type { CommandId, CreateCommand, ResourceId, TenantId, TokenId } from '@muster/contracts';
import { parseResource, userResourceType } from '@muster/scim';
import { v7 as uuidV7 } from 'uuid';
import { documentHash } from '../commands/document-hash.js';

export const TENANT_A = '0192f5c4-0000-7000-8000-00000000000a' as TenantId;
export const TENANT_B = '0192f5c4-0000-7000-8000-00000000000b' as TenantId;
export const TOKEN_A = '0192f5c4-0000-7000-8000-0000000000a1' as TokenId;

/** A create of the user `jo@contoso.test`; ids are new each time. */
export function sampleCreate(overrides: Partial<CreateCommand> = {}): CreateCommand {
  const { document } = parseResource(userResourceType, { userName: 'jo@contoso.test' }, 'create');
  return {
    type: 'user.create.requested',
    commandId: uuidV7() as CommandId,
    tenantId: TENANT_A,
    tokenId: TOKEN_A,
    requestId: 'request-1',
    resourceId: uuidV7() as ResourceId,
    replyTo: { partition: 3, instanceId: 'gateway-1' },
    deadlineMs: 8_000,
    document,
    documentHash: documentHash(document),
    ...overrides,
  };
}
