import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '../repository.js';

/** A part of a page that is made from code: what stands between `<!-- made from code: name -->` and `<!-- end -->`. */
export interface GeneratedBlock {
  /** Relative to the root of the repository. */
  readonly page: string;
  readonly name: string;
  readonly lines: readonly string[];
}

const END = '<!-- end -->';

/** A table of Markdown; `|` in a cell is escaped. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)];
}

interface Place {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

function placeOf(block: GeneratedBlock): Place {
  const text = readFileSync(join(repositoryRoot, block.page), 'utf8');
  const mark = `<!-- made from code: ${block.name} -->`;
  const start = text.indexOf(mark);
  const end = text.indexOf(END, start);
  if (start < 0 || end < 0) throw new Error(`${block.page} has no place marked "${mark}" ... "${END}"`);
  return { text, start: start + mark.length, end };
}

/** What the page shows now, without the empty lines around it. */
export function shownIn(block: GeneratedBlock): string[] {
  const { text, start, end } = placeOf(block);
  return text.slice(start, end).trim().split('\n');
}

/** Writes the block into its page. */
export function writeBlock(block: GeneratedBlock): void {
  const { text, start, end } = placeOf(block);
  const made = `${text.slice(0, start)}\n\n${block.lines.join('\n')}\n\n${text.slice(end)}`;
  writeFileSync(join(repositoryRoot, block.page), made);
}
