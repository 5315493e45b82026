import {
  findAttribute,
  invalidPath,
  printReference,
  sensitive,
  type AttributeReference,
  type ResourceType,
} from '@muster/scim';

/**
 * The canonical name of the attribute to sort a list by. Throws `ScimError` 400 `invalidPath` where the type has no such attribute,
 * and 403 `sensitive` for one whose order would tell what may not be shown (RFC 7644 section 7.5.2).
 */
export function sortedBy(reference: AttributeReference, type: ResourceType): string {
  const name = nameIn(type, reference);
  if (name === null) throw invalidPath('sortBy names an attribute that does not exist.');
  return name;
}

/**
 * The name to sort a list of several types by; one of them has to have it. As it was given: a canonical name is that of one type,
 * and might mean something else, or nothing, in another. Throws as {@link sortedBy} does.
 */
export function sortedByAcross(reference: AttributeReference, types: readonly ResourceType[]): string {
  const names = types.map((type) => nameIn(type, reference));
  if (names.every((name) => name === null))
    throw invalidPath('sortBy names an attribute that does not exist.');
  return printReference(reference);
}

/** Null where the type has no such attribute. */
function nameIn(type: ResourceType, reference: AttributeReference): string | null {
  const found = findAttribute(type, reference);
  if (found?.kind !== 'attribute') return null;
  // The order of a complex value is that of its `value`.
  const sub = found.subDefinition ?? found.definition.subAttributes.find('value');
  if (found.definition.returned === 'never' || sub?.returned === 'never')
    throw sensitive(`${printReference(reference)} cannot be sorted by.`);
  return printReference({
    ...(found.extension === undefined ? {} : { schema: found.extension.id }),
    attribute: found.definition.name,
    ...(found.subDefinition === undefined ? {} : { subAttribute: found.subDefinition.name }),
  });
}
