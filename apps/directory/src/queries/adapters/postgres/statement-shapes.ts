import { createHash } from 'node:crypto';

const SHAPES_MAX = 200;

/**
 * Names for statements that are put together at run time. The shapes that connectors use are few and come first; they are
 * kept prepared. What comes on top of them is parsed each time, or clients could fill the memory of every connection.
 */
export class StatementShapes {
  private readonly names = new Map<string, string>();

  /** The name under which this text is prepared, always the same one; null: do not prepare it. */
  nameOf(prefix: string, text: string): string | null {
    const known = this.names.get(text);
    if (known !== undefined) return known;
    if (this.names.size >= SHAPES_MAX) return null;
    const name = `${prefix}.${createHash('sha256').update(text).digest('hex').slice(0, 12)}`;
    this.names.set(text, name);
    return name;
  }
}
