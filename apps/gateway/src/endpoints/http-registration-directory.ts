import { directoryPaths, type SchemasDigest, type TenantId } from '@muster/contracts';
import type { DirectoryClient } from '../directory-client/directory-client.js';
import type { RegistrationDirectory } from './tenant-endpoints.js';

/** Asks the directory over HTTP. */
export class HttpRegistrationDirectory implements RegistrationDirectory {
  constructor(private readonly client: DirectoryClient) {}

  read(tenantId: TenantId, digest: SchemasDigest): Promise<unknown> {
    return this.client.get(directoryPaths.schemas(tenantId, digest));
  }
}
