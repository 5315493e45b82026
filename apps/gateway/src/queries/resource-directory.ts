import type {
  QueryRequest,
  QueryResponse,
  ReadOptions,
  ResourcePlace,
  RootQueryRequest,
  RootQueryResponse,
  StoredResource,
  TenantId,
} from '@muster/contracts';
import type { Context } from '@muster/telemetry';

/** Reads what is committed. Every call rejects with a `Refusal`: 503 when the directory cannot be reached. */
export interface ResourceDirectory {
  /** Null when the tenant has no such resource; another tenant's id is no such resource. */
  read(
    tenantId: TenantId,
    place: ResourcePlace,
    id: string,
    options: ReadOptions,
    trace: Context,
  ): Promise<StoredResource | null>;
  query(
    tenantId: TenantId,
    place: ResourcePlace,
    request: QueryRequest,
    trace: Context,
  ): Promise<QueryResponse>;
  /** One list over everything that the tenant has. */
  queryAll(tenantId: TenantId, request: RootQueryRequest, trace: Context): Promise<RootQueryResponse>;
}
