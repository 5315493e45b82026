import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

export interface AdminCall {
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
}

/** The answer to a call; without a body where there is nothing to say. */
export type AdminReply = (
  call: AdminCall,
  authorization: string | undefined,
) => readonly [status: number, body?: unknown];

/** An admin API over HTTP that answers as it is told and remembers what it was asked. */
export class AdminApiDouble {
  #calls: AdminCall[] = [];

  private constructor(
    private readonly server: Server,
    private readonly reply: AdminReply,
  ) {}

  static async start(reply: AdminReply): Promise<AdminApiDouble> {
    const server = createServer();
    const double = new AdminApiDouble(server, reply);
    server.on('request', (request, response) => void double.answer(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return double;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  get calls(): readonly AdminCall[] {
    return this.#calls;
  }

  /** What was asked that was to change something. */
  get changes(): readonly AdminCall[] {
    return this.#calls.filter(({ method }) => method !== 'GET');
  }

  forget(): void {
    this.#calls = [];
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url: path = '', headers } = request;
    const call = {
      method,
      path,
      body: headers['content-type'] === undefined ? undefined : await json(request),
    };
    this.#calls.push(call);
    const [status, value] = this.reply(call, headers.authorization);
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(value === undefined ? '' : JSON.stringify(value));
  }
}
