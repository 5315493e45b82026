import { type AttributeDefinition, type SchemaDefinition } from './attribute-definition.js';
import { type AttributeSet } from './attribute-set.js';
import { type ResourceType } from './resource-type.js';
import { type ResourceTypes } from './resource-types.js';

/** A change after which resources that are stored already would not fit their schema. */
export interface BreakingChange {
  /** Name of the resource type. */
  readonly resourceType: string;
  /** URN of the extension that it is about; absent where it is about all resources of the type. */
  readonly extension?: string;
  /** For people, such as `urn:example:Badge:colour is gone`. */
  readonly change: string;
}

/**
 * What a tenant cannot change while there are resources that it concerns: types, extensions and attributes that go, or
 * become something else. Whatever is only added, or only concerns what clients may send from now on, is not here.
 */
export function breakingChanges(before: ResourceTypes, after: ResourceTypes): readonly BreakingChange[] {
  return before.all.flatMap((old) => {
    const current = after.all.find(({ name }) => name === old.name);
    if (current === undefined) return [{ resourceType: old.name, change: `${old.name} is gone` }];
    return changesOfType(old, current);
  });
}

function changesOfType(old: ResourceType, current: ResourceType): readonly BreakingChange[] {
  const resourceType = old.name;
  const ofCore =
    old.schema.id === current.schema.id
      ? changesOfSchema(old.schema, current.schema)
      : [`${resourceType} has another schema`];
  const ofExtensions = old.extensions.flatMap(({ schema }) => {
    const kept = current.extensions.find((extension) => extension.schema.id === schema.id);
    const changes = kept === undefined ? [`${schema.id} is gone`] : changesOfSchema(schema, kept.schema);
    return changes.map((change) => ({ resourceType, extension: schema.id, change }));
  });
  return [...ofCore.map((change) => ({ resourceType, change })), ...ofExtensions];
}

function changesOfSchema(old: SchemaDefinition, current: SchemaDefinition): readonly string[] {
  return old === current ? [] : changesOfAttributes(old.attributes, current.attributes, `${old.id}:`);
}

function changesOfAttributes(old: AttributeSet, current: AttributeSet, prefix: string): readonly string[] {
  return [...old].flatMap((definition) => {
    const kept = current.find(definition.name);
    const place = `${prefix}${definition.name}`;
    if (kept === undefined || kept.name !== definition.name) return [`${place} is gone`];
    return [
      ...differences(definition, kept).map((what) => `${place} has another ${what}`),
      ...changesOfAttributes(definition.subAttributes, kept.subAttributes, `${place}.`),
    ];
  });
}

/** What decides how a value is stored, compared and found. */
const LASTING = ['type', 'multiValued', 'caseExact', 'uniqueness'] as const;

function differences(old: AttributeDefinition, current: AttributeDefinition): readonly string[] {
  const changed: string[] = LASTING.filter((name) => old[name] !== current[name]);
  // What was kept until now would be dropped, and what was dropped would have to be there.
  if ((old.mutability === 'writeOnly') !== (current.mutability === 'writeOnly')) changed.push('mutability');
  return changed;
}
