import { isStorableText } from '../document/text.js';
import { invalidFilter } from '../errors/scim-error.js';

export type FilterToken =
  | { readonly kind: '(' | ')' | '[' | ']'; readonly position: number }
  /** A name, an operator, a keyword, a number or a value that lacks its quotes. */
  | { readonly kind: 'word'; readonly text: string; readonly position: number }
  | { readonly kind: 'text'; readonly value: string; readonly position: number };

const SPACE = /[ \t\r\n]/;
const WORD = /[^ \t\r\n()[\]"]+/y;
// A JSON string (RFC 7644 s3.4.2.2: comp-value is JSON), without deciding yet whether its escapes are right.
const TEXT = /"(?:[^"\\]|\\.)*"/sy;

/** Cuts a filter into tokens. Throws 400 `invalidFilter` for text that cannot be cut. */
export function lexFilter(source: string): readonly FilterToken[] {
  const tokens: FilterToken[] = [];
  let position = 0;
  while (position < source.length) {
    const character = source[position]!;
    if (SPACE.test(character)) {
      position += 1;
    } else if (character === '(' || character === ')' || character === '[' || character === ']') {
      tokens.push({ kind: character, position });
      position += 1;
    } else if (character === '"') {
      const text = match(TEXT, source, position);
      if (text === undefined)
        throw invalidFilter(`The text that begins at character ${position + 1} does not end.`);
      tokens.push({ kind: 'text', value: parseText(text, position), position });
      position += text.length;
    } else {
      const text = match(WORD, source, position)!;
      tokens.push({ kind: 'word', text, position });
      position += text.length;
    }
  }
  return tokens;
}

function match(pattern: RegExp, source: string, position: number): string | undefined {
  pattern.lastIndex = position;
  return pattern.exec(source)?.[0];
}

function parseText(json: string, position: number): string {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    throw invalidFilter(`The text at character ${position + 1} is not a JSON string.`);
  }
  if (typeof value !== 'string' || !isStorableText(value)) {
    throw invalidFilter(
      `The text at character ${position + 1} holds a NUL character or an unpaired surrogate.`,
    );
  }
  return value;
}
