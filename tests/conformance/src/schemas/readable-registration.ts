import { type Json, type JsonObject } from '../replay/json.js';

/**
 * A registration without what scim2-tester cannot compare with what it wrote. It expects to read everything back, which attributes
 * that are returned on request or never, and writeOnly ones, do not allow; it takes a `$ref` that the service makes for a difference, and
 * the bytes of a binary for another value than its text; and it adds to lists of an extension that hold what it added before.
 */
export function readableRegistration({ schemas, resourceTypes }: JsonObject): JsonObject {
  return { resourceTypes: resourceTypes ?? [], schemas: objectsIn(schemas).map(readableSchema) };
}

function readableSchema(schema: JsonObject): JsonObject {
  const { id } = schema;
  const isExtension = typeof id === 'string' && id.includes(':extension:');
  const attributes = objectsIn(schema['attributes']).filter(
    (attribute) => isReadable(attribute) && !(isExtension && attribute['multiValued'] === true),
  );
  return { ...schema, attributes: attributes.map(withReadableParts) };
}

function withReadableParts(attribute: JsonObject): JsonObject {
  if (attribute['subAttributes'] === undefined) return attribute;
  return { ...attribute, subAttributes: objectsIn(attribute['subAttributes']).filter(isReadable) };
}

function isReadable({ name, type, returned }: JsonObject): boolean {
  return name !== '$ref' && type !== 'binary' && returned !== 'request' && returned !== 'never';
}

function objectsIn(value: Json | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? (value as readonly JsonObject[]) : [];
}
