import { createServer } from 'node:net';

const HOST = '127.0.0.1';

/** Handed out by this process already: the system may offer a port again until somebody listens on it. */
const handedOut = new Set<number>();

/**
 * A TCP port on the loopback interface that nobody listens on: `preferred` when it is free, otherwise one the system picks.
 * Not reserved: between this answer and the listen call another process can take it, so callers report a failing listen.
 */
export async function findFreePort(preferred?: number): Promise<number> {
  if (preferred !== undefined && !handedOut.has(preferred) && (await listenOnce(preferred)) !== undefined) {
    handedOut.add(preferred);
    return preferred;
  }
  const triesMax = 50;
  for (let attempt = 0; attempt < triesMax; attempt += 1) {
    const port = await listenOnce(0);
    if (port !== undefined && !handedOut.has(port)) {
      handedOut.add(port);
      return port;
    }
  }
  throw new Error(`no free TCP port on ${HOST}`);
}

function listenOnce(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen({ host: HOST, port, exclusive: true }, () => {
      const address = server.address();
      const found = typeof address === 'object' && address !== null ? address.port : undefined;
      server.close(() => resolve(found));
    });
  });
}
