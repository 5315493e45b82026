import {
  directoryPaths,
  isCauseKey,
  shownResourceFromJson,
  type QueryRequest,
  type QueryResponse,
  type ReadOptions,
  type ResourcePlace,
  type RootQueryRequest,
  type RootQueryResponse,
  type StoredResource,
  type TenantId,
} from '@muster/contracts';
import { SCIM_TYPES } from '@muster/scim';
import type { Context } from '@muster/telemetry';
import { DirectoryProblemError, type DirectoryClient } from '../directory-client/directory-client.js';
import { Refusal } from '../refusals/refusal.js';
import type { ResourceDirectory } from './resource-directory.js';

const RETRY_AFTER_SECONDS = 2;

/** Reads over the directory's query API. */
export class HttpResourceDirectory implements ResourceDirectory {
  constructor(private readonly client: DirectoryClient) {}

  async read(
    tenantId: TenantId,
    place: ResourcePlace,
    id: string,
    options: ReadOptions,
    trace: Context,
  ): Promise<StoredResource | null> {
    try {
      return shownResourceFromJson(
        await this.client.get(directoryPaths.resource(tenantId, place, id, options), trace),
      );
    } catch (error) {
      if (error instanceof DirectoryProblemError && error.status === 404) return null;
      throw refusalOfRead(error);
    }
  }

  async query(
    tenantId: TenantId,
    place: ResourcePlace,
    request: QueryRequest,
    trace: Context,
  ): Promise<QueryResponse> {
    try {
      return queryResponseFromJson(
        await this.client.post(directoryPaths.query(tenantId, place), request, trace),
      );
    } catch (error) {
      throw refusalOfRead(error);
    }
  }

  async queryAll(tenantId: TenantId, request: RootQueryRequest, trace: Context): Promise<RootQueryResponse> {
    try {
      return rootQueryResponseFromJson(
        await this.client.post(directoryPaths.queryAll(tenantId), request, trace),
      );
    } catch (error) {
      throw refusalOfRead(error);
    }
  }
}

function queryResponseFromJson(value: unknown): QueryResponse {
  return listFromJson(value, shownResourceFromJson);
}

function listFromJson<Item>(value: unknown, read: (item: unknown) => Item) {
  const answer = value as Partial<Record<keyof QueryResponse, unknown>> | null;
  if (typeof answer?.totalResults !== 'number' || !Array.isArray(answer.resources))
    throw new Error('not a page of resources');
  const resources = answer.resources.map((item) => read(item));
  const { totalResults, nextCursor, previousCursor } = answer;
  return {
    totalResults,
    resources,
    ...(typeof nextCursor === 'string' ? { nextCursor } : {}),
    ...(typeof previousCursor === 'string' ? { previousCursor } : {}),
  };
}

function rootQueryResponseFromJson(value: unknown): RootQueryResponse {
  const { resources: pages, ...rest } = listFromJson(
    { ...(value as object), resources: (value as { pages?: unknown } | null)?.pages },
    rootPageFromJson,
  );
  return { ...rest, pages };
}

function rootPageFromJson(value: unknown): RootQueryResponse['pages'][number] {
  const page = value as { place?: unknown; resources?: unknown } | null;
  if (typeof page?.place !== 'string' || !Array.isArray(page.resources))
    throw new Error('not a page of resources');
  return { place: page.place as ResourcePlace, resources: page.resources.map(shownResourceFromJson) };
}

/** The directory's own words (a cursor that is not one, too many queries at once) go to the client as they are. */
function refusalOfRead(error: unknown): Refusal {
  if (!(error instanceof DirectoryProblemError) || !isCauseKey(error.problem.cause)) {
    return new Refusal('directory_unavailable', { retryAfterSeconds: RETRY_AFTER_SECONDS });
  }
  const { cause, detail } = error.problem;
  const scimType = SCIM_TYPES.find((each) => each === error.problem.scimType);
  return new Refusal(cause, {
    decidedBy: 'directory',
    ...(typeof detail === 'string' ? { detail } : {}),
    ...(scimType === undefined ? {} : { scimType }),
    ...(error.status === 503 ? { retryAfterSeconds: RETRY_AFTER_SECONDS } : {}),
  });
}
