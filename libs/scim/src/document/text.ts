/**
 * UTF-8 length without allocating. Text must be well formed; callers check `isWellFormed` first.
 */
export function lengthBytes(text: string): number {
  return Buffer.byteLength(text, 'utf8');
}

/** True when the text takes more than `bytesMax` bytes of UTF-8; decided from the length alone where that suffices. */
export function exceedsBytes(text: string, bytesMax: number): boolean {
  if (text.length > bytesMax) return true;
  if (text.length * 3 <= bytesMax) return false;
  return lengthBytes(text) > bytesMax;
}

/** True for text that every store and transport behind SCIM can hold: no lone surrogate, no NUL. */
export function isStorableText(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0');
}

/**
 * The form in which text is compared when its attribute is not `caseExact`: Unicode NFKC, then lower case, then NFKC
 * again because lowering can denormalise. Locale-independent, so every process and every machine agrees.
 *
 * This is a simple fold: `ß` and `ss` stay different, as do `ς` and `σ` at the end of a word.
 */
export function foldCase(text: string): string {
  if (isAscii(text)) return text.toLowerCase();
  const bounded = text.length > MARKS_HARMLESS_LENGTH ? breakMarks(text) : text;
  return bounded.normalize('NFKC').toLowerCase().normalize('NFKC');
}

/** Sorting the marks on one letter takes time that grows with the square of their number; up to here nobody notices. */
const MARKS_HARMLESS_LENGTH = 512;
/** More marks on one letter than any language has: Unicode Standard Annex 15, Stream-Safe Text Format. */
const MARKS_IN_A_ROW = /[\p{M}--\u{34f}]{30}(?=[\p{M}--\u{34f}])/gv;

/** Puts a grapheme joiner, which no mark is sorted across, after each 30 marks in a row. */
function breakMarks(text: string): string {
  return text.replaceAll(MARKS_IN_A_ROW, '$&\u034f');
}

export function isAscii(text: string): boolean {
  for (let position = 0; position < text.length; position += 1) {
    if (text.charCodeAt(position) > 0x7f) return false;
  }
  return true;
}

/** Orders text by code point, as a database does with the "C" collation over UTF-8. */
export function compareText(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let position = 0; position < length; position += 1) {
    const a = left.charCodeAt(position);
    const b = right.charCodeAt(position);
    if (a !== b) return rank(a) - rank(b);
  }
  return left.length - right.length;
}

/** Surrogates stand for code points above the basic plane, so they rank after U+E000..U+FFFF. */
function rank(unit: number): number {
  if (unit >= 0xe000) return unit - 0x800;
  return unit >= 0xd800 ? unit + 0x2000 : unit;
}
