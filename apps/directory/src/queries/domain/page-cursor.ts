import { createHmac, timingSafeEqual } from 'node:crypto';
import { expiredCursor, invalidCursor } from '@muster/scim';

/** A place between two resources of a walk. */
export interface PagePlace {
  /** `seq`: told by the resource that is there; `offset`: by how many come before it, in a list sorted otherwise. */
  readonly by: 'seq' | 'offset';
  readonly at: number;
  /** The page begins behind the place, or ends before it. */
  readonly side: 'behind' | 'before';
}

/** Where a walk goes on. */
export interface PagePosition extends PagePlace {
  /** Counted when the walk began, so that a page does not count again. */
  readonly totalResults: number;
}

/** A cursor serves for so long; milliseconds. */
export const CURSOR_LIFETIME_MS = 3_600_000;

const MAC_BYTES = 16;
const FORM = /^([so])(-?)(\d{1,15})-(\d{1,15})-(\d{1,15})$/;
/** No resource has such a place; 15 digits, as the form has it. */
export const PLACE_MAX = 999_999_999_999_999;

/**
 * Cursors of RFC 9865: opaque to the client and good only for the tenant and the query that they were made for, since both
 * are signed with the position. They hold no state of ours, so any instance can go on with the walk.
 */
export class CursorCodec {
  constructor(private readonly secret: string) {}

  /** @param walk Names tenant, resource type, filter and order. */
  encode(walk: string, { by, at, side, totalResults }: PagePosition, nowMs: number): string {
    const place = `${by === 'seq' ? 's' : 'o'}${side === 'before' ? '-' : ''}${at}`;
    const text = `${place}-${totalResults}-${nowMs + CURSOR_LIFETIME_MS}`;
    return Buffer.concat([this.mac(walk, text), Buffer.from(text)]).toString('base64url');
  }

  /** Throws 400 `invalidCursor` for anything that was not made here for this walk, `expiredCursor` when it is too old. */
  decode(walk: string, cursor: string, nowMs: number): PagePosition {
    const bytes = Buffer.from(cursor, 'base64url');
    const text = bytes.subarray(MAC_BYTES).toString('latin1');
    const [, by, sign, at, totalResults, expiresAtMs] = FORM.exec(text) ?? [];
    if (by === undefined || !timingSafeEqual(bytes.subarray(0, MAC_BYTES), this.mac(walk, text))) {
      throw invalidCursor('The cursor does not belong to this query.');
    }
    if (Number(expiresAtMs) < nowMs) throw expiredCursor('The cursor has expired. Begin again without one.');
    return {
      by: by === 's' ? 'seq' : 'offset',
      at: Number(at),
      side: sign === '-' ? 'before' : 'behind',
      totalResults: Number(totalResults),
    };
  }

  private mac(walk: string, text: string): Buffer {
    return createHmac('sha256', this.secret)
      .update(`muster cursor\n${walk}\n${text}`)
      .digest()
      .subarray(0, MAC_BYTES);
  }
}
