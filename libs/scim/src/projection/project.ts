import {
  isComplex,
  isEmptyDocument,
  isList,
  type DocumentDraft,
  type ScimDocument,
  type ScimValue,
} from '../document/scim-document.js';
import { matchesValue } from '../filter/matches-filter.js';
import { type AttributeDefinition } from '../schema/attribute-definition.js';
import { type AttributeSet } from '../schema/attribute-set.js';
import { type ResourceType } from '../schema/resource-type.js';
import { type Projection, type Selection, type SelectionPart } from './projection.js';

type Selections = ReadonlyMap<string, Selection>;

/**
 * Leaves in a resource, with its `schemas`, `id` and `meta`, what the projection and the schema's `returned` allow (RFC 7643
 * s2.2, RFC 7644 s3.9): `always` stays, `never` goes, `request` comes only when it is named. What no definition names is
 * dropped. Keeps the order of the document.
 */
export function project(
  resourceType: ResourceType,
  document: ScimDocument,
  projection: Projection,
): ScimDocument {
  if (projection.kind === 'default' && isShownAsIs(resourceType)) return document;
  const draft: DocumentDraft = {};
  projectSet(resourceType.attributes, document, draft, projection.kind, projection.attributes);
  for (const { schema } of resourceType.extensions) {
    const value = document[schema.id];
    if (!isComplex(value)) continue;
    const named = projection.extensions.get(schema.id);
    const extension = projectExtension(schema.attributes, value, projection.kind, named);
    if (!isEmptyDocument(extension)) draft[schema.id] = extension;
  }
  return draft;
}

function isShownAsIs(resourceType: ResourceType): boolean {
  return (
    resourceType.attributes.isShownByDefault &&
    resourceType.extensions.every(({ schema }) => schema.attributes.isShownByDefault)
  );
}

const NONE: Selections = new Map();

function projectExtension(
  set: AttributeSet,
  value: ScimDocument,
  kind: Projection['kind'],
  named: 'all' | Selections | undefined,
): ScimDocument {
  const draft: DocumentDraft = {};
  if (named !== 'all') projectSet(set, value, draft, kind, named ?? NONE);
  else if (kind === 'only') projectSet(set, value, draft, 'default', NONE);
  else projectSet(set, value, draft, 'only', NONE);
  return draft;
}

function projectSet(
  set: AttributeSet,
  document: ScimDocument,
  draft: DocumentDraft,
  kind: Projection['kind'],
  named: Selections,
): void {
  for (const name of Object.keys(document)) {
    const definition = set.find(name);
    if (definition === undefined || definition.returned === 'never') continue;
    const value = projectAttribute(definition, document[name]!, kind, named.get(name));
    if (value !== undefined) draft[name] = value;
  }
}

function projectAttribute(
  definition: AttributeDefinition,
  value: ScimValue,
  kind: Projection['kind'],
  selection: Selection | undefined,
): ScimValue | undefined {
  if (definition.returned === 'always') {
    const isInPart = kind === 'only' && selection !== undefined && selection !== 'all';
    return isInPart ? withParts(definition, value, selection) : shown(definition, value);
  }
  if (kind === 'only') {
    if (selection === undefined) return undefined;
    return selection === 'all' ? shown(definition, value) : pick(definition, value, selection);
  }
  if (definition.returned === 'request' || selection === 'all') return undefined;
  const whole = shown(definition, value);
  return selection === undefined || whole === undefined ? whole : omit(definition, whole, selection);
}

/** The value without the sub-attributes that are not returned unless they are named; undefined when none is left. */
function shown(definition: AttributeDefinition, value: ScimValue): ScimValue | undefined {
  if (definition.type !== 'complex' || definition.subAttributes.isShownByDefault) return value;
  return mapValues(value, (each) => filterKeys(each, (name) => isShown(definition, name)));
}

/** What is always shown, and of it the sub-attributes that are shown because they are named. */
function withParts(
  definition: AttributeDefinition,
  value: ScimValue,
  parts: readonly SelectionPart[],
): ScimValue | undefined {
  return mapValues(value, (each) => {
    const matching = parts.filter((part) => part.filter === undefined || matchesValue(part.filter, each));
    return filterKeys(
      each,
      (name) =>
        isShown(definition, name) ||
        (definition.subAttributes.find(name)?.returned !== 'never' &&
          matching.some((part) => part.subAttribute === name)),
    );
  });
}

function isShown(definition: AttributeDefinition, name: string): boolean {
  const returned = definition.subAttributes.find(name)?.returned;
  return returned === 'always' || returned === 'default';
}

function pick(
  definition: AttributeDefinition,
  value: ScimValue,
  parts: readonly SelectionPart[],
): ScimValue | undefined {
  return mapValues(value, (each) => {
    const matching = parts.filter((part) => part.filter === undefined || matchesValue(part.filter, each));
    if (matching.length === 0) return undefined;
    if (matching.some((part) => part.subAttribute === undefined)) return shown(definition, each);
    return filterKeys(each, (name) => {
      const returned = definition.subAttributes.find(name)?.returned;
      if (returned === 'never') return false;
      return returned === 'always' || matching.some((part) => part.subAttribute === name);
    });
  });
}

function omit(
  definition: AttributeDefinition,
  value: ScimValue,
  parts: readonly SelectionPart[],
): ScimValue | undefined {
  return mapValues(value, (each) => {
    const matching = parts.filter((part) => part.filter === undefined || matchesValue(part.filter, each));
    if (matching.some((part) => part.subAttribute === undefined)) return undefined;
    return filterKeys(
      each,
      (name) =>
        definition.subAttributes.find(name)?.returned === 'always' ||
        !matching.some((part) => part.subAttribute === name),
    );
  });
}

function filterKeys(value: ScimValue, keep: (name: string) => boolean): ScimValue | undefined {
  if (!isComplex(value)) return value;
  const draft: DocumentDraft = {};
  for (const name of Object.keys(value)) if (keep(name)) draft[name] = value[name]!;
  return isEmptyDocument(draft) ? undefined : draft;
}

/** Maps one value or each of a list; undefined when nothing is left. */
function mapValues(value: ScimValue, map: (each: ScimValue) => ScimValue | undefined): ScimValue | undefined {
  if (!isList(value)) return map(value);
  const values = value.map(map).filter((each) => each !== undefined);
  return values.length === 0 ? undefined : values;
}
