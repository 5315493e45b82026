import { type TenantWish } from '../replay/replay-case.js';

export interface Tenant {
  /** Tenant URL, such as `http://127.0.0.1:8080/scim/v2`. */
  readonly url: string;
  readonly token: string;
}

/** The service that is checked. */
export interface ScimService {
  readonly origin: string;
  /** Every path that it serves SCIM under, the one of its tenant URLs first. */
  readonly basePaths: readonly string[];
  /** Makes a tenant with nothing in it; undefined where none can be made. */
  newTenant(wish: TenantWish): Promise<Tenant | undefined>;
  /** The tenant of cases that mind nobody else's resources. */
  commonTenant(): Promise<Tenant>;
  /** How many requests it has answered with 5xx so far, 501 aside; undefined when it cannot be asked. */
  serverErrors(): Promise<number | undefined>;
  stop(): Promise<void>;
}
