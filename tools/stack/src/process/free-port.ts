import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

const HOST = '127.0.0.1';
/** Below the range from which the kernel takes ports for outgoing connections: a program that is started again finds its port free. */
const RANGE = { from: 20_000, to: 32_000 } as const;

/** Handed out by this process already, whether or not somebody listens there yet. */
const handedOut = new Set<number>();

/**
 * A TCP port on the loopback interface that nobody listens on: the first free one of `preferred`, otherwise a random one.
 * Not reserved: between this answer and the listen call another process can take it, so callers report a failing listen.
 */
export async function findFreePort(...preferred: readonly number[]): Promise<number> {
  for (const port of preferred) {
    if (await claim(port)) return port;
  }
  const triesMax = 200;
  for (let attempt = 0; attempt < triesMax; attempt += 1) {
    const port = randomInt(RANGE.from, RANGE.to);
    if (await claim(port)) return port;
  }
  throw new Error(`no free TCP port on ${HOST} between ${RANGE.from} and ${RANGE.to}`);
}

async function claim(port: number): Promise<boolean> {
  if (handedOut.has(port) || !(await isFree(port))) return false;
  // Asked again: two look-ups of this process may have met in the await above.
  if (handedOut.has(port)) return false;
  handedOut.add(port);
  return true;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ host: HOST, port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
