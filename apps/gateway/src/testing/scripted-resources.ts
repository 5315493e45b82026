import {
  causeOfScimError,
  operationOf,
  resourceKindOf,
  tenantSchemasFromJson,
  type Command,
  type Outcome,
  type QueryRequest,
  type ResourcePlace,
  type RootQueryRequest,
  type StoredResource,
  type TenantSchemas,
} from '@muster/contracts';
import {
  applyPatch,
  filterFromJson,
  matchesFilter,
  patchFromJson,
  replaceDocument,
  resolveFilter,
  resolveFilterAcross,
  ScimError,
  standardResourceTypes,
  type FilterForType,
  type ResourceType,
  type ResourceTypes,
  type ScimDocument,
} from '@muster/scim';

interface StoredEntry {
  readonly tenantId: string;
  readonly place: ResourcePlace;
  readonly stored: StoredResource;
}

/** Resources of all tenants in memory, with what the tenants registered: enough of a directory to be asked over HTTP. */
export class ScriptedResources {
  private readonly resources = new Map<string, StoredEntry>();
  private readonly registrations = new Map<string, TenantSchemas>();
  private readonly types = new Map<string, ResourceTypes>();

  /** From now on the tenant's resources are of these types. */
  register(tenantId: string, registration: unknown): TenantSchemas {
    const schemas = tenantSchemasFromJson(registration);
    this.registrations.set(`${tenantId} ${schemas.digest}`, schemas);
    this.types.set(tenantId, schemas.types);
    return schemas;
  }

  /** The JSON of a registration, or null where the tenant has none with this digest. */
  registration(tenantId: string, digest: string): unknown {
    const found = this.registrations.get(`${tenantId} ${digest}`);
    return found === undefined ? null : (JSON.parse(found.text) as unknown);
  }

  apply(command: Command): Outcome {
    try {
      return this.applied(command);
    } catch (error) {
      if (!(error instanceof ScimError)) throw error;
      return { status: 'rejected', cause: causeOfScimError(error), detail: error.detail };
    }
  }

  private applied(command: Command): Outcome {
    const { tenantId, resourceId, type } = command;
    const place = placeOf(command);
    const existing = this.find(tenantId, place, resourceId);
    if (operationOf(type) !== 'create' && existing === undefined) {
      return { status: 'rejected', cause: 'not_found', detail: `Resource ${resourceId} does not exist.` };
    }
    const version = (existing?.stored.version ?? 0) + 1;
    if (operationOf(type) === 'delete') {
      this.resources.delete(resourceId);
      return { status: 'applied', resourceId, version, changed: true };
    }
    const document = documentAfter(command, this.typeAt(tenantId, place), existing?.stored.document);
    const time = '2026-01-01T00:00:00.000Z';
    const stored = { id: resourceId, version, createdAt: time, lastModified: time, document };
    const entry = { tenantId, place, stored };
    this.resources.set(resourceId, entry);
    return { status: 'applied', resourceId, version, changed: true, resource: shown(entry, false) };
  }

  read(tenantId: string, place: ResourcePlace, id: string, withReferences: boolean): StoredResource | null {
    const found = this.find(tenantId, place, id);
    return found === undefined ? null : shown(found, withReferences);
  }

  query(tenantId: string, place: ResourcePlace, request: QueryRequest): object {
    const filter =
      request.filter === undefined
        ? 'everything'
        : resolveFilter(filterFromJson(request.filter), this.typeAt(tenantId, place));
    const found = this.matching(tenantId, place, filter);
    const resources = found
      .slice(request.startIndex - 1, request.startIndex - 1 + request.count)
      .map((entry) => shown(entry, request.withReferences === true));
    return { totalResults: found.length, resources };
  }

  /** All of it on one page. */
  queryAll(tenantId: string, request: RootQueryRequest): object {
    const { all } = this.typesOf(tenantId);
    const filters =
      request.filter === undefined ? undefined : resolveFilterAcross(filterFromJson(request.filter), all);
    const pages = all.map((type, position) => {
      const place = this.placeOfType(tenantId, type);
      const found = this.matching(tenantId, place, filters?.[position] ?? 'everything');
      const withReferences = request.withReferencesOf.includes(place);
      return { place, resources: found.map((entry) => shown(entry, withReferences)) };
    });
    const totalResults = pages.reduce((sum, { resources }) => sum + resources.length, 0);
    return { totalResults, pages: pages.filter(({ resources }) => resources.length > 0) };
  }

  private matching(tenantId: string, place: ResourcePlace, filter: FilterForType): readonly StoredEntry[] {
    return [...this.resources.values()].filter(
      (entry) =>
        entry.tenantId === tenantId &&
        entry.place === place &&
        filter !== 'nothing' &&
        (filter === 'everything' || matchesFilter(filter, { ...entry.stored.document, id: entry.stored.id })),
    );
  }

  private find(tenantId: string, place: ResourcePlace, id: string): StoredEntry | undefined {
    const entry = this.resources.get(id);
    return entry?.tenantId === tenantId && entry.place === place ? entry : undefined;
  }

  private typesOf(tenantId: string): ResourceTypes {
    return this.types.get(tenantId) ?? standardResourceTypes;
  }

  private typeAt(tenantId: string, place: ResourcePlace): ResourceType {
    const types = this.typesOf(tenantId);
    const type = types.all.find((each) => this.placeOfType(tenantId, each) === place);
    if (type === undefined) throw new Error(`the tenant has nothing at ${place}`);
    return type;
  }

  private placeOfType(tenantId: string, type: ResourceType): ResourcePlace {
    const { user, group } = this.typesOf(tenantId);
    return type === user ? 'users' : type === group ? 'groups' : `types/${type.name}`;
  }
}

function placeOf({ type, resourceType }: Command): ResourcePlace {
  const kind = resourceKindOf(type);
  return kind === 'resource' ? `types/${resourceType ?? ''}` : kind === 'user' ? 'users' : 'groups';
}

function documentAfter(command: Command, type: ResourceType, before: ScimDocument = {}): ScimDocument {
  if ('patch' in command) return applyPatch(type, before, patchFromJson(type, command.patch)).document;
  if ('documentHash' in command) return command.document;
  return 'document' in command ? replaceDocument(type, before, command.document).document : before;
}

/** Only groups keep members apart from their document. */
function shown({ place, stored }: StoredEntry, withReferences: boolean): StoredResource {
  if (place === 'users') return withReferences ? { ...stored, groups: [] } : stored;
  if (place !== 'groups') return stored;
  const { members = [], ...document } = stored.document;
  const bare = { ...stored, document };
  if (!withReferences) return bare;
  const ids = (members as readonly { readonly value: string }[]).map(({ value }) => value);
  return { ...bare, members: ids.map((value) => ({ value, type: 'User' })) };
}
