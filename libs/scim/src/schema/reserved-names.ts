import { invalidValue } from '../errors/scim-error.js';

/** Names that may each be there once, in any case, and not be one of those that are reserved. */
export class ReservedNames {
  readonly #taken: Set<string>;

  constructor(reserved: readonly string[]) {
    this.#taken = new Set(reserved.map((name) => name.toLowerCase()));
  }

  /** Throws 400 `invalidValue`, naming `place` and the name. */
  add(name: string, place: string): void {
    const folded = name.toLowerCase();
    if (this.#taken.has(folded)) throw invalidValue(`${place} ${name} is taken or reserved.`);
    this.#taken.add(folded);
  }
}
