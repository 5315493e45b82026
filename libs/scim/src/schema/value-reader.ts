import { isRawObject, type RawObject } from '../document/raw-object.js';
import {
  emptyDocument,
  isEmptyDocument,
  type DocumentDraft,
  type ScimDocument,
  type ScimScalar,
  type ScimValue,
} from '../document/scim-document.js';
import { exceedsBytes, foldCase, isStorableText } from '../document/text.js';
import { invalidValue } from '../errors/scim-error.js';
import { type AttributeDefinition } from './attribute-definition.js';
import { type AttributeSet } from './attribute-set.js';
import { isDateTime } from './date-time.js';
import { isPrimary, mergeRepeatedValues } from './repeated-values.js';
import { NO_TOLERANCE, type Tolerance } from './tolerance.js';
import { WarningList, type WarningKind } from './warning.js';

const INT32_MIN = -(2 ** 31);
const INT32_MAX = 2 ** 31 - 1;
const BASE64 = /^[A-Za-z0-9+/_-]*={0,2}$/;
/** Tolerances may be stacked (a list of one object holding the value), but not without end. */
const TOLERATED_STEPS_MAX = 3;
/** One UTF-16 unit folds to at most 33 bytes (U+FDFA), so shorter text needs no second look. */
const FOLD_SAFE_LENGTH = 15;

/**
 * Reads untyped values into the types their definitions demand. One reader serves one request: it knows where it is,
 * for the text of a refusal, and collects the warnings.
 */
export class ValueReader {
  readonly warnings = new WarningList();
  readonly tolerance: Tolerance;
  readonly #place: (string | number)[] = [];

  constructor(tolerance: Tolerance = NO_TOLERANCE) {
    this.tolerance = tolerance;
  }

  /** Runs `read` one step deeper in the request; the step shows in refusals. */
  within<T>(step: string | number, read: () => T): T {
    this.#place.push(step);
    const result = read();
    this.#place.pop();
    return result;
  }

  warn(kind: WarningKind, step?: string): void {
    this.warnings.add(kind, step === undefined ? this.place() : this.place(step));
  }

  /** The path of what is being read: `emails[0].value`. */
  place(step?: string): string {
    let text = '';
    let previous = '';
    for (const each of step === undefined ? this.#place : [...this.#place, step]) {
      if (typeof each === 'number') text += `[${each}]`;
      else if (text === '') text = each;
      else text += (previous.includes(':') ? ':' : '.') + each;
      previous = String(each);
    }
    return text;
  }

  /**
   * Reads what an attribute holds: a list when it is multi-valued. Returns undefined for a value that leaves the
   * attribute unassigned: null, an empty list or complex value (RFC 7643 s2.5). Throws 400 `invalidValue`.
   */
  read(definition: AttributeDefinition, raw: unknown): ScimValue | undefined {
    this.#place.push(definition.name);
    const value = definition.multiValued
      ? this.#readList(definition, raw)
      : this.#readSingle(definition, raw);
    this.#place.pop();
    return value;
  }

  /** True for null, for nothing and, where tolerated, for an empty text. */
  isUnassigned(raw: unknown): boolean {
    return raw === null || raw === undefined || (raw === '' && this.tolerance.emptyTextUnassigns);
  }

  /** Reads one value of a multi-valued attribute. */
  readElement(definition: AttributeDefinition, raw: unknown): ScimValue | undefined {
    this.#place.push(definition.name);
    const value = this.#readSingle(definition, raw);
    this.#place.pop();
    return value;
  }

  /**
   * Reads the attributes of `set` out of an object a client sent into `draft`, under their canonical names. Attributes
   * no definition names are passed to `unknown`; readOnly ones are left out, secrets are left out with a warning.
   */
  readAttributes(
    set: AttributeSet,
    raw: RawObject,
    draft: DocumentDraft,
    unknown: (name: string, value: unknown) => void,
  ): void {
    let renamed: Set<string> | undefined;
    for (const key of Object.keys(raw)) {
      const definition = set.find(key);
      if (definition === undefined) {
        unknown(key, raw[key]);
        continue;
      }
      if (key !== definition.name) {
        renamed ??= new Set();
        if (renamed.has(definition.name) || Object.hasOwn(raw, definition.name))
          throw this.#repeated(definition);
        renamed.add(definition.name);
      }
      if (definition.mutability === 'readOnly') continue;
      if (definition.mutability === 'writeOnly') {
        this.warn('secretDropped', definition.name);
        continue;
      }
      if (draft[definition.name] !== undefined) throw this.#repeated(definition);
      const value = this.read(definition, raw[key]);
      if (value !== undefined) draft[definition.name] = value;
    }
  }

  /** Refuses a document, or complex value, that lacks a required attribute; `reason` says more. */
  checkRequired(set: AttributeSet, document: ScimDocument, reason = ''): void {
    for (const definition of set.required) {
      if (document[definition.name] === undefined) {
        throw invalidValue(`${this.place(definition.name)} is required.${reason}`);
      }
    }
  }

  /** The object that stands for a complex value, reshaped as tolerated; undefined when there is none. */
  rawObject(definition: AttributeDefinition, given: unknown): RawObject | undefined {
    let raw = given;
    for (let step = 0; !isRawObject(raw); step += 1) {
      if (this.isUnassigned(raw)) return undefined;
      if (step === TOLERATED_STEPS_MAX) throw this.#mistyped(definition);
      raw = this.#tolerated(definition, raw);
    }
    return this.tolerance.reshape(definition, raw);
  }

  #readList(definition: AttributeDefinition, raw: unknown): ScimValue | undefined {
    if (this.isUnassigned(raw)) return undefined;
    const list = Array.isArray(raw) ? (raw as readonly unknown[]) : this.tolerance.notList(definition, raw);
    if (list === undefined) throw invalidValue(`${this.place()} is not a list of values.`);
    if (list.length > definition.valuesMax) {
      throw invalidValue(`${this.place()} holds more than ${definition.valuesMax} values.`);
    }
    const values: ScimValue[] = [];
    for (let position = 0; position < list.length; position += 1) {
      this.#place.push(position);
      const value = this.#readSingle(definition, list[position]);
      this.#place.pop();
      if (value !== undefined) values.push(value);
    }
    if (values.length === 0) return undefined;
    return values.length === 1 ? values : this.#tidy(values);
  }

  /** A value appears once and `primary` is true at most once (RFC 7643 s2.4). */
  #tidy(values: readonly ScimValue[]): readonly ScimValue[] {
    const merged = mergeRepeatedValues(values);
    if (merged.filter(isPrimary).length < 2) return merged;
    this.warn('primaryRepeated');
    const first = merged.findIndex(isPrimary);
    return merged.map((value, position) =>
      isPrimary(value) && position !== first
        ? Object.assign(emptyDocument(), value, { primary: false })
        : value,
    );
  }

  #readSingle(definition: AttributeDefinition, given: unknown): ScimValue | undefined {
    let raw = given;
    for (let step = 0; ; step += 1) {
      if (this.isUnassigned(raw)) return undefined;
      const value =
        definition.type === 'complex'
          ? this.#readComplex(definition, raw)
          : this.#readScalar(definition, raw);
      if (value !== MISTYPED) return value;
      if (step === TOLERATED_STEPS_MAX) throw this.#mistyped(definition);
      raw = this.#tolerated(definition, raw);
    }
  }

  #readComplex(definition: AttributeDefinition, raw: unknown): ScimDocument | undefined | typeof MISTYPED {
    if (!isRawObject(raw)) return MISTYPED;
    const draft = emptyDocument();
    this.readAttributes(definition.subAttributes, this.tolerance.reshape(definition, raw), draft, (name) =>
      this.warn('unknownAttribute', name),
    );
    if (isEmptyDocument(draft)) return undefined;
    this.checkRequired(definition.subAttributes, draft);
    return draft;
  }

  #readScalar(definition: AttributeDefinition, raw: unknown): ScimScalar | typeof MISTYPED {
    switch (definition.type) {
      case 'boolean':
        return typeof raw === 'boolean' ? raw : MISTYPED;
      case 'integer':
        if (typeof raw !== 'number' || !Number.isInteger(raw)) return MISTYPED;
        if (raw < INT32_MIN || raw > INT32_MAX)
          throw invalidValue(`${this.place()} is outside the range of 32 bits.`);
        return raw;
      case 'decimal':
        return typeof raw === 'number' && Number.isFinite(raw) ? raw : MISTYPED;
      case 'dateTime':
        if (typeof raw !== 'string') return MISTYPED;
        if (!isDateTime(raw))
          throw invalidValue(`${this.place()} is not a date and time such as 2008-01-23T04:56:22Z.`);
        return raw;
      case 'binary':
        if (typeof raw !== 'string') return MISTYPED;
        if (raw.length > definition.lengthBytesMax) throw this.#tooLong(definition);
        if (!BASE64.test(raw)) throw invalidValue(`${this.place()} is not base64.`);
        return raw;
      case 'string':
      case 'reference':
      case 'complex':
        return typeof raw === 'string' ? this.#readText(definition, raw) : MISTYPED;
    }
  }

  #readText(definition: AttributeDefinition, text: string): string {
    if (!isStorableText(text))
      throw invalidValue(`${this.place()} holds a NUL character or an unpaired surrogate.`);
    const bytesMax = definition.lengthBytesMax;
    if (exceedsBytes(text, bytesMax)) throw this.#tooLong(definition);
    // A unique index holds the folded form, which can be many times longer.
    if (bytesMax <= 512 && text.length > FOLD_SAFE_LENGTH && exceedsBytes(foldCase(text), bytesMax)) {
      throw this.#tooLong(definition);
    }
    return text;
  }

  #tolerated(definition: AttributeDefinition, raw: unknown): unknown {
    const other = this.tolerance.mistyped(definition, raw);
    if (other === undefined) throw this.#mistyped(definition);
    return other;
  }

  #mistyped(definition: AttributeDefinition): Error {
    const kind = definition.type === 'complex' ? 'an object' : `of type ${definition.type}`;
    return invalidValue(`${this.place()} is not ${kind}.`);
  }

  #tooLong(definition: AttributeDefinition): Error {
    return invalidValue(`${this.place()} is longer than ${definition.lengthBytesMax} bytes.`);
  }

  #repeated(definition: AttributeDefinition): Error {
    return invalidValue(`${this.place(definition.name)} appears twice.`);
  }
}

const MISTYPED = Symbol('mistyped');
