import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A TCP proxy for tests of a server that is reachable and silent: a frozen machine, a network that drops packets. */
export interface PausingProxy {
  /** The given URL with this proxy in place of its host and port. */
  readonly url: string;
  /** From now on nothing passes in either direction; connections stay open and new ones are accepted. */
  pause(): void;
  /** What was held back passes, and all that follows. */
  resume(): void;
  /** Cuts every connection. */
  cut(): void;
  close(): Promise<void>;
}

export async function startPausingProxy(url: string): Promise<PausingProxy> {
  const target = new URL(url);
  const sockets = new Set<Socket>();
  let paused = false;
  const keep = (socket: Socket): void => {
    sockets.add(socket);
    if (paused) socket.pause();
    socket.on('close', () => sockets.delete(socket)).on('error', () => socket.destroy());
  };
  const server = createServer((inbound) => {
    const outbound = connect(Number(target.port), target.hostname);
    inbound.pipe(outbound);
    outbound.pipe(inbound);
    inbound.on('close', () => outbound.destroy());
    outbound.on('close', () => inbound.destroy());
    keep(inbound);
    keep(outbound);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const proxied = new URL(url);
  proxied.hostname = '127.0.0.1';
  proxied.port = String((server.address() as AddressInfo).port);
  const cut = (): void => sockets.forEach((socket) => socket.destroy());
  return {
    url: proxied.href,
    pause: () => {
      paused = true;
      for (const socket of sockets) socket.pause();
    },
    resume: () => {
      paused = false;
      for (const socket of sockets) socket.resume();
    },
    cut,
    close: async () => {
      cut();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
