import { isStorableText, exceedsBytes } from '../document/text.js';
import { invalidValue } from '../errors/scim-error.js';

const TEXTS_MAX = 1000;
const TEXT_BYTES_MAX = 4096;
const SHOWN_LENGTH_MAX = 64;

function isShortText(value: unknown): value is string {
  return typeof value === 'string' && isStorableText(value) && !exceedsBytes(value, TEXT_BYTES_MAX);
}

/** The name of a property as it may stand in a refusal: whoever supplies a schema mends it by what we say. */
function shownName(key: string): string {
  return JSON.stringify(key.slice(0, SHOWN_LENGTH_MAX).toWellFormed());
}

/**
 * A JSON object of a schema or resource type while it is being parsed: reads own properties only, and says the place
 * in every refusal.
 */
export class SchemaJson {
  readonly place: string;
  readonly #object: object;

  private constructor(object: object, place: string) {
    this.#object = object;
    this.place = place;
  }

  static read(json: unknown, place: string): SchemaJson {
    if (typeof json !== 'object' || json === null || Array.isArray(json)) {
      throw invalidValue(`${place} is not an object.`);
    }
    return new SchemaJson(json, place);
  }

  /** Refuses every property that is not named. */
  allow(names: readonly string[]): void {
    for (const key of Object.keys(this.#object)) {
      if (!names.includes(key))
        throw invalidValue(`${this.place} has an unknown property, ${shownName(key)}.`);
    }
  }

  text(name: string, bytesMax: number): string {
    const value = this.#own(name);
    if (
      typeof value !== 'string' ||
      value === '' ||
      !isStorableText(value) ||
      exceedsBytes(value, bytesMax)
    ) {
      throw invalidValue(`${this.place}.${name} is not a text of 1 to ${bytesMax} bytes.`);
    }
    return value;
  }

  textOr(name: string, otherwise: string, bytesMax: number): string {
    const value = this.#own(name);
    return value === undefined || value === '' ? otherwise : this.text(name, bytesMax);
  }

  texts(name: string): string[] {
    const value = this.#own(name) ?? [];
    if (!Array.isArray(value) || value.length > TEXTS_MAX || !value.every(isShortText)) {
      throw invalidValue(
        `${this.place}.${name} is not a list of at most ${TEXTS_MAX} texts of at most ${TEXT_BYTES_MAX} bytes.`,
      );
    }
    return value.slice();
  }

  flag(name: string, otherwise: boolean): boolean {
    const value = this.#own(name) ?? otherwise;
    if (typeof value !== 'boolean') throw invalidValue(`${this.place}.${name} is not a boolean.`);
    return value;
  }

  count(name: string, otherwise: number, max: number): number {
    const value = this.#own(name) ?? otherwise;
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 1 || value > max) {
      throw invalidValue(`${this.place}.${name} is not a whole number from 1 to ${max}.`);
    }
    return value;
  }

  oneOf<T extends string>(name: string, values: readonly T[], otherwise: T): T {
    const value = this.#own(name) ?? otherwise;
    const found = values.find((each) => each === value);
    if (found === undefined) throw invalidValue(`${this.place}.${name} is not one of ${values.join(', ')}.`);
    return found;
  }

  list(name: string, itemsMax: number): SchemaJson[] {
    const value = this.#own(name);
    if (!Array.isArray(value) || value.length > itemsMax) {
      throw invalidValue(`${this.place}.${name} is not a list of at most ${itemsMax}.`);
    }
    return value.map((item, position) => SchemaJson.read(item, `${this.place}.${name}[${position}]`));
  }

  listOr(name: string, itemsMax: number): SchemaJson[] {
    return this.#own(name) === undefined ? [] : this.list(name, itemsMax);
  }

  /** The items of a list as they came, for a parser of their own; none where the property is absent. */
  rawList(name: string, itemsMax: number): readonly unknown[] {
    const value = this.#own(name) ?? [];
    if (!Array.isArray(value) || value.length > itemsMax) {
      throw invalidValue(`${this.place}.${name} is not a list of at most ${itemsMax}.`);
    }
    return value as readonly unknown[];
  }

  #own(name: string): unknown {
    const value: unknown = Object.hasOwn(this.#object, name)
      ? (this.#object as { readonly [key: string]: unknown })[name]
      : undefined;
    return value ?? undefined;
  }
}
