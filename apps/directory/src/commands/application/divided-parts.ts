import type { CommandId } from '@muster/contracts';
import type { QueuedPart } from './queued-command.js';

/**
 * Cuts parts in two, as evenly as can be without parting those that refer to each other in a circle. Null: there is no place
 * to cut.
 */
export function divide(
  parts: readonly QueuedPart[],
): readonly [readonly QueuedPart[], readonly QueuedPart[]] | null {
  const middle = parts.length / 2;
  const distance = (place: number): number => Math.abs(place - middle);
  const [best] = placesToCut(parts).sort((one, other) => distance(one) - distance(other));
  return best === undefined ? null : [parts.slice(0, best), parts.slice(best)];
}

/** A place is free unless a part before it needs one behind it. */
function placesToCut(parts: readonly QueuedPart[]): number[] {
  const places = new Map<CommandId, number>(parts.map(({ command }, place) => [command.commandId, place]));
  const free: number[] = [];
  let reach = 0;
  for (const [place, { needs }] of parts.entries()) {
    if (place > reach) free.push(place);
    reach = Math.max(reach, place, ...needs.map((id) => places.get(id) ?? 0));
  }
  return free;
}
