import { invalidValue, ScimError } from '../errors/scim-error.js';
import { resolveValueFilter } from '../filter/resolve-filter.js';
import { type AttributePath } from '../path/attribute-path.js';
import { parsePath } from '../path/parse-path.js';
import { type SchemaDefinition } from '../schema/attribute-definition.js';
import { findAttribute, type FoundAttribute } from '../schema/attribute-reference.js';
import { type ResourceType } from '../schema/resource-type.js';
import { DEFAULT_PROJECTION, type Projection, type Selection, type SelectionPart } from './projection.js';

/** The two parameters as they came: a comma list (query) or a list (search request). */
export interface ProjectionParameters {
  readonly attributes?: string | readonly string[];
  readonly excludedAttributes?: string | readonly string[];
}

const PATHS_MAX = 200;
const LENGTH_MAX = 8192;

/**
 * Parses `attributes` and `excludedAttributes`, RFC 7644 s3.9: names, sub-attributes, URN forms, and value paths such as
 * `emails[type eq "work"]`. A name no schema defines selects nothing; an empty parameter is none.
 *
 * Throws 400 `invalidValue` when both are given or a path cannot be parsed.
 */
export function parseProjection(parameters: ProjectionParameters, resourceType: ResourceType): Projection {
  const included = readPaths(parameters.attributes, 'attributes');
  const excluded = readPaths(parameters.excludedAttributes, 'excludedAttributes');
  if (included.length > 0 && excluded.length > 0) {
    throw invalidValue('attributes and excludedAttributes cannot be given together.');
  }
  if (included.length > 0) return select('only', included, resourceType);
  return excluded.length > 0 ? select('except', excluded, resourceType) : DEFAULT_PROJECTION;
}

/** True when the response shows a group's `members`: where it does not, the store need not be asked for them. */
export function needsMembers(projection: Projection): boolean {
  return needsAttribute(projection, 'members');
}

/** True when the response may show this core attribute, which is returned by default. */
export function needsAttribute(projection: Projection, name: string): boolean {
  const selection = projection.attributes.get(name);
  if (projection.kind === 'only') return selection !== undefined;
  return selection !== 'all';
}

/** The same of a part of an extension's attribute. */
export function needsExtensionPart(
  projection: Projection,
  { schema, attribute, subAttribute }: { schema: string; attribute: string; subAttribute: string },
): boolean {
  const extension = projection.extensions.get(schema);
  const selection = extension === 'all' ? 'all' : extension?.get(attribute);
  if (selection === undefined || selection === 'all') {
    return projection.kind === 'only' ? selection === 'all' : selection === undefined;
  }
  if (projection.kind === 'only') {
    return selection.some((part) => part.subAttribute === undefined || part.subAttribute === subAttribute);
  }
  return !selection.some((part) => part.filter === undefined && part.subAttribute === subAttribute);
}

function readPaths(
  parameter: string | readonly string[] | undefined,
  name: string,
): readonly AttributePath[] {
  if (parameter === undefined) return [];
  const texts = typeof parameter === 'string' ? splitPaths(parameter) : parameter.flatMap(splitPaths);
  if (texts.length > PATHS_MAX) throw invalidValue(`${name} has more than ${PATHS_MAX} names.`);
  return texts.map((text) => readPath(text, name));
}

function readPath(text: string, name: string): AttributePath {
  try {
    return parsePath(text);
  } catch (error) {
    if (error instanceof ScimError) throw invalidValue(`${name} holds what is not an attribute.`);
    throw error;
  }
}

/** Splits at the commas outside of brackets and quotes. */
function splitPaths(list: string): string[] {
  if (list.length > LENGTH_MAX) throw invalidValue('The list of attributes is too long.');
  const paths: string[] = [];
  let start = 0;
  let isQuoted = false;
  let depth = 0;
  for (let position = 0; position <= list.length; position += 1) {
    const character = list[position];
    if (character === undefined || (character === ',' && !isQuoted && depth === 0)) {
      const path = list.slice(start, position).trim();
      if (path !== '') paths.push(path);
      start = position + 1;
    } else if (character === '"' && list[position - 1] !== '\\') isQuoted = !isQuoted;
    else if (character === '[' && !isQuoted) depth += 1;
    else if (character === ']' && !isQuoted) depth -= 1;
  }
  return paths;
}

function select(
  kind: 'only' | 'except',
  paths: readonly AttributePath[],
  resourceType: ResourceType,
): Projection {
  const attributes = new Map<string, Selection>();
  const extensions = new Map<string, 'all' | Map<string, Selection>>();
  for (const path of paths) {
    const found = findAttribute(resourceType, path);
    if (found === undefined) continue;
    if (found.kind === 'schema') {
      if (found.schema !== resourceType.schema) extensions.set(found.schema.id, 'all');
      else for (const name of namedBySchema(kind, found.schema)) attributes.set(name, 'all');
    } else if (found.extension === undefined) {
      addSelection(attributes, found, path);
    } else {
      const within = extensions.get(found.extension.id) ?? new Map<string, Selection>();
      if (within === 'all') continue;
      addSelection(within, found, path);
      extensions.set(found.extension.id, within);
    }
  }
  return Object.freeze({ kind, attributes, extensions });
}

/** The URN of a schema stands for what is returned by default; what is returned on request has to be named itself. */
function namedBySchema(kind: 'only' | 'except', { attributes }: SchemaDefinition): readonly string[] {
  const named = attributes.list.filter(({ returned }) => kind === 'except' || returned !== 'request');
  return named.map(({ name }) => name);
}

function addSelection(
  selections: Map<string, Selection>,
  found: Extract<FoundAttribute, { kind: 'attribute' }>,
  path: AttributePath,
): void {
  const { definition, subDefinition } = found;
  const before = selections.get(definition.name) ?? [];
  if (before === 'all') return;
  if (path.filter === undefined && subDefinition === undefined) {
    selections.set(definition.name, 'all');
    return;
  }
  const part: SelectionPart = {
    ...(path.filter === undefined ? {} : { filter: resolveValueFilter(path.filter, definition) }),
    ...(subDefinition === undefined ? {} : { subAttribute: subDefinition.name }),
  };
  selections.set(definition.name, [...before, part]);
}
