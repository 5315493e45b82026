import { type AttributeSet } from './attribute-set.js';

export const ATTRIBUTE_TYPES = [
  'string',
  'boolean',
  'decimal',
  'integer',
  'dateTime',
  'reference',
  'binary',
  'complex',
] as const;
export const MUTABILITIES = ['readOnly', 'readWrite', 'immutable', 'writeOnly'] as const;
export const RETURNED = ['always', 'never', 'default', 'request'] as const;
export const UNIQUENESSES = ['none', 'server', 'global'] as const;

export type AttributeType = (typeof ATTRIBUTE_TYPES)[number];
export type Mutability = (typeof MUTABILITIES)[number];
export type Returned = (typeof RETURNED)[number];
export type Uniqueness = (typeof UNIQUENESSES)[number];

/** One attribute or sub-attribute of a schema, RFC 7643 s7; every characteristic is present. */
export interface AttributeDefinition {
  readonly name: string;
  readonly type: AttributeType;
  readonly multiValued: boolean;
  readonly description: string;
  readonly required: boolean;
  readonly canonicalValues: readonly string[];
  readonly caseExact: boolean;
  readonly mutability: Mutability;
  /** What `/Schemas` says. Differs where the server makes a value that RFC 7643 lets clients send: theirs is read and passed over. */
  readonly announcedMutability: Mutability;
  readonly returned: Returned;
  readonly uniqueness: Uniqueness;
  readonly referenceTypes: readonly string[];
  /** Empty unless `type` is complex. */
  readonly subAttributes: AttributeSet;
  /** Longest value in bytes of UTF-8; ours, not part of SCIM. */
  readonly lengthBytesMax: number;
  /** Most values of a multi-valued attribute; ours, not part of SCIM. */
  readonly valuesMax: number;
}

/** A schema: the core of a resource type, or an extension of one. */
export interface SchemaDefinition {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly attributes: AttributeSet;
}
