import { isRawObject, type RawObject } from '../document/raw-object.js';
import { type AttributeDefinition } from '../schema/attribute-definition.js';

const JSON_LENGTH_MAX = 4096;

/**
 * Entra's app role mapping puts a JSON object into the text of a role's value:
 * `{"value": "{\"id\":\"...\",\"value\":\"25\",\"displayName\":\"Admin\"}"}`. The role is the inner `value`; the inner
 * `displayName` becomes `display`. Text that is no such object stays as it is.
 */
export function roleAsJsonText(definition: AttributeDefinition, raw: RawObject): RawObject {
  if (definition.name !== 'roles') return raw;
  const key = Object.hasOwn(raw, 'value')
    ? 'value'
    : Object.keys(raw).find((each) => each.toLowerCase() === 'value');
  const text = key === undefined ? undefined : raw[key];
  if (typeof text !== 'string' || !text.startsWith('{') || text.length > JSON_LENGTH_MAX) return raw;
  const inner = parseObject(text);
  if (inner === undefined || typeof inner['value'] !== 'string') return raw;
  const { value, displayName } = { value: inner['value'], displayName: inner['displayName'] };
  const rest = Object.entries(raw).filter(([name]) => name !== key);
  const display = typeof displayName === 'string' && !rest.some(([name]) => name.toLowerCase() === 'display');
  return Object.fromEntries([
    ...rest,
    ['value', value],
    ...(display ? [['display', displayName] as const] : []),
  ]);
}

function parseObject(text: string): RawObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRawObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
