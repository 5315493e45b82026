import { connect } from 'node:net';
import type { CommandMessage } from '@muster/contracts';
import { eventually, type GatewayWorld } from './gateway-world.js';

/** Posts and goes away as soon as the directory has read the command, which is returned. */
export async function postAndLeave(
  world: GatewayWorld,
  token: string,
  path: string,
  body: object,
): Promise<CommandMessage> {
  const before = world.directory.commands.length;
  const content = JSON.stringify(body);
  const socket = connect(world.gateway.port, '127.0.0.1');
  try {
    socket.write(
      `POST /scim/v2${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\n` +
        `Content-Type: application/scim+json\r\nContent-Length: ${Buffer.byteLength(content)}\r\n\r\n${content}`,
    );
    await eventually(() => world.directory.commands.length > before);
  } finally {
    socket.destroy();
  }
  return world.directory.commands[before]!;
}
