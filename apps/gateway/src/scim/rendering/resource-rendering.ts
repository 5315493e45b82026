import { causeDetail, type QueryResponse, type StoredResource } from '@muster/contracts';
import {
  ENTERPRISE_USER_SCHEMA_URN,
  locationOf,
  needsAttribute,
  needsExtensionPart,
  parseProjection,
  renderListResponse,
  renderResource,
  type ListMessage,
  type Projection,
  type ProjectionParameters,
  type ResourceMessage,
} from '@muster/scim';
import type { Endpoint } from '../../endpoints/endpoint.js';
import { Refusal } from '../../refusals/refusal.js';
import { entityTag } from '../http/preconditions.js';

/** What of a resource a response shows (RFC 7644 section 3.9). */
export interface View {
  readonly projection: Projection;
  /** The response shows a group's members or a user's groups, so they have to be read. */
  readonly wantsReferences: boolean;
  /** The response shows the names of managers. */
  readonly wantsManagerNames: boolean;
  /** References were named, and not only not excluded. */
  readonly asksForReferences: boolean;
  /** `attributes` was given: the client wants a body where 204 would do. */
  readonly asksForAttributes: boolean;
}

type PageCursors = Pick<QueryResponse, 'nextCursor' | 'previousCursor'>;

const REFUSED_ID_LENGTH_MAX = 64;
const MANAGER_NAME = {
  schema: ENTERPRISE_USER_SCHEMA_URN,
  attribute: 'manager',
  subAttribute: 'displayName',
};

/** Turns what the directory stores into what a client sees. */
export class ResourceRendering {
  /** `baseUrl` has no slash at its end. */
  constructor(private readonly baseUrl: string) {}

  /** Throws 400 for parameters that cannot be read, so call it before anything is changed. */
  viewOf(endpoint: Endpoint, parameters: unknown): View {
    return this.viewOfParameters(endpoint, projectionParameters(parameters));
  }

  viewOfParameters(endpoint: Endpoint, parameters: ProjectionParameters): View {
    const projection = parseProjection(parameters, endpoint.resourceType);
    const { references } = endpoint;
    const asksForAttributes = projection.kind === 'only';
    return {
      projection,
      wantsReferences: references !== undefined && needsAttribute(projection, references),
      wantsManagerNames: endpoint.place === 'users' && needsExtensionPart(projection, MANAGER_NAME),
      asksForReferences:
        asksForAttributes && references !== undefined && projection.attributes.has(references),
      asksForAttributes,
    };
  }

  render(endpoint: Endpoint, stored: StoredResource, view: View): ResourceMessage {
    return renderResource(endpoint.resourceType, stored, {
      baseUrl: this.baseUrl,
      projection: view.projection,
      types: endpoint.types,
    });
  }

  /** `startIndex` is left out of a page that was asked for by cursor (RFC 9865). */
  renderPage(
    endpoint: Endpoint,
    page: QueryResponse,
    view: View,
    startIndex: number | undefined,
  ): ListMessage<ResourceMessage> {
    return renderListResponse({
      resources: page.resources.map((stored) => this.render(endpoint, stored, view)),
      totalResults: page.totalResults,
      itemsPerPage: page.resources.length,
      ...(startIndex === undefined ? {} : { startIndex }),
      ...cursorsOf(page),
    });
  }

  locationOf(endpoint: Endpoint, id: string): string {
    return locationOf(endpoint.resourceType, id, this.baseUrl);
  }
}

/** The cursors of a page, for those that it has (RFC 9865). */
export function cursorsOf({ nextCursor, previousCursor }: PageCursors): PageCursors {
  return {
    ...(nextCursor === undefined ? {} : { nextCursor }),
    ...(previousCursor === undefined ? {} : { previousCursor }),
  };
}

/** RFC 7644 section 3.14 and RFC 9110 section 8.7. */
export function resourceHeaders(location: string, version: number): Record<string, string> {
  return { etag: entityTag(version), location, 'content-location': location };
}

/** 404 for what does not exist; another tenant's resource does not exist. */
export function notFound(id: string): Refusal {
  return new Refusal('not_found', {
    detail: causeDetail('not_found', new Map([['id', id.slice(0, REFUSED_ID_LENGTH_MAX)]])),
  });
}

/** The two parameters of a query, their names in any case; of a repeated one the first counts. */
function projectionParameters(query: unknown): ProjectionParameters {
  const parameters: { attributes?: string; excludedAttributes?: string } = {};
  if (typeof query !== 'object' || query === null) return parameters;
  for (const [name, raw] of Object.entries(query)) {
    const value: unknown = Array.isArray(raw) ? raw[0] : raw;
    if (typeof value !== 'string') continue;
    if (name.toLowerCase() === 'attributes') parameters.attributes ??= value;
    if (name.toLowerCase() === 'excludedattributes') parameters.excludedAttributes ??= value;
  }
  return parameters;
}
