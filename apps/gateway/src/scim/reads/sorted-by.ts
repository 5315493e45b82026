import {
  findAttribute,
  invalidPath,
  printReference,
  sensitive,
  type AttributeReference,
  type ResourceType,
} from '@muster/scim';

/**
 * The canonical name of the attribute to sort a list of these types by; one of them has to have it. Throws `ScimError` 400
 * `invalidPath`, and 403 `sensitive` for an attribute whose order would tell what may not be shown (RFC 7644 section 7.5.2).
 */
export function sortedBy(reference: AttributeReference, types: readonly ResourceType[]): string {
  const names = types.flatMap((type) => nameIn(type, reference) ?? []);
  if (names[0] === undefined) throw invalidPath('sortBy names an attribute that does not exist.');
  return names[0];
}

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
