import { expect } from '@jest/globals';
import type { BulkCommand } from '@muster/contracts';
import type { GatewayWorld, SampleTenant, ScimResponse } from './gateway-world.js';

/** What a bulk response says of one operation. */
export interface BulkResult {
  readonly method?: string;
  readonly bulkId?: string;
  readonly location?: string;
  readonly version?: string;
  readonly status: string;
  readonly response?: { readonly status: string; readonly scimType?: string; readonly detail: string };
}

/** Bulk requests of a tenant (RFC 7644 section 3.7). */
export class BulkRequests {
  constructor(
    private readonly world: GatewayWorld,
    private readonly tenant: SampleTenant,
  ) {}

  send(operations: unknown, more: object = {}, token = this.tenant.token): Promise<ScimResponse> {
    const schemas = ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'];
    return this.world.scim('/Bulk', { token, body: { schemas, Operations: operations, ...more } });
  }

  /** Sends, and expects an answer that is whole; what it says of the operations, in their order. */
  async results(operations: unknown, more: object = {}): Promise<readonly BulkResult[]> {
    const { status, headers, body } = await this.send(operations, more);
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('application/scim+json');
    expect(body.schemas).toEqual(['urn:ietf:params:scim:api:messages:2.0:BulkResponse']);
    return body.Operations as BulkResult[];
  }

  /** The newest command of all, which is to be that of a bulk request. */
  lastJob(): BulkCommand {
    return this.world.directory.commands.at(-1) as BulkCommand;
  }
}

export function idOf({ location = '' }: BulkResult): string {
  return location.slice(location.lastIndexOf('/') + 1);
}

export function statusesOf(results: readonly BulkResult[]): string[] {
  return results.map(({ status }) => status);
}

/** An operation that creates a user with this bulkId and a name made from it. */
export function createUser(bulkId: string, more: object = {}): object {
  const data = { userName: `${bulkId}@contoso.test`, ...more };
  return { method: 'POST', path: '/Users', bulkId, data };
}

/** An operation that creates a group with this bulkId and name. */
export function createGroup(bulkId: string, ...members: string[]): object {
  const data = { displayName: bulkId, members: members.map((value) => ({ value })) };
  return { method: 'POST', path: '/Groups', bulkId, data };
}
