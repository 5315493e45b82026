import { type Stack } from './stack.js';

/** What the parent of a supervisor may ask for over their channel. */
export interface ControlRequest {
  readonly id: number;
  readonly do: 'hold' | 'release';
  readonly name: string;
  readonly env?: Readonly<Record<string, string>>;
}

export interface ControlAnswer {
  readonly id: number;
  readonly error?: string;
}

/** Serves requests of the parent, and calls `onParentGone` when the channel closes. Does nothing for a supervisor without a channel. */
export function serveControlChannel(stack: Stack, onParentGone: () => void): void {
  if (process.send === undefined) return;
  process.once('disconnect', onParentGone);
  process.on('message', (message) => {
    if (!isControlRequest(message)) return;
    const { id, name } = message;
    const work = message.do === 'hold' ? stack.hold(name) : stack.release(name, message.env);
    work.then(
      () => answer({ id }),
      (error: unknown) => answer({ id, error: error instanceof Error ? error.message : String(error) }),
    );
  });
}

function answer(message: ControlAnswer): void {
  if (process.connected) process.send?.(message);
}

function isControlRequest(value: unknown): value is ControlRequest {
  return typeof value === 'object' && value !== null && 'id' in value && 'do' in value && 'name' in value;
}
