import { connect, type Socket } from 'node:net';

/** Sends bytes as they are and collects what comes back until the server closes or `until` is seen. */
export function rawHttp(port: number, bytes: string | Buffer, until: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let received = '';
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => {
      received += chunk;
      if (until.test(received)) finish(socket);
    });
    socket.once('close', () => resolve(received));
    socket.once('error', (error: NodeJS.ErrnoException) =>
      received === '' ? reject(error) : resolve(received),
    );
    socket.write(bytes);
  });
}

function finish(socket: Socket): void {
  socket.destroy();
}
