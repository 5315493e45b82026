import { type AttributeDefinition } from './attribute-definition.js';

/**
 * Attributes in the order of their schema, found by name in any case (RFC 7643 s2.1). A name that comes from a client
 * is only ever looked up here; it never becomes a key of a plain object.
 */
export class AttributeSet implements Iterable<AttributeDefinition> {
  /** Those a client has to supply. */
  readonly required: readonly AttributeDefinition[];
  /** True when everything that can be stored is returned unless it is excluded. */
  readonly isShownByDefault: boolean;
  readonly #list: readonly AttributeDefinition[];
  readonly #byName = new Map<string, AttributeDefinition>();

  constructor(definitions: readonly AttributeDefinition[]) {
    this.#list = Object.freeze([...definitions]);
    for (const definition of definitions) {
      this.#byName.set(definition.name.toLowerCase(), definition);
    }
    // Exact names are indexed too: the common case then needs no lower-casing.
    for (const definition of definitions) this.#byName.set(definition.name, definition);
    this.isShownByDefault = definitions.every(
      (each) =>
        each.mutability === 'writeOnly' ||
        (each.returned !== 'never' && each.returned !== 'request' && each.subAttributes.isShownByDefault),
    );
    this.required = Object.freeze(
      definitions.filter((each) => each.required && each.mutability !== 'readOnly'),
    );
  }

  get list(): readonly AttributeDefinition[] {
    return this.#list;
  }

  find(name: string): AttributeDefinition | undefined {
    return this.#byName.get(name) ?? this.#byName.get(name.toLowerCase());
  }

  [Symbol.iterator](): Iterator<AttributeDefinition> {
    return this.#list[Symbol.iterator]();
  }
}

/** The sub-attributes of an attribute that has none. */
export const NO_ATTRIBUTES: AttributeSet = new AttributeSet([]);
