import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { directoryPaths, type NotificationResponse, type TenantId } from '@muster/contracts';

/** The one route of the directory that the notifier asks, over HTTP. A tenant without settings is 404. */
export class DirectoryDouble {
  readonly settings = new Map<string, NotificationResponse>();
  /** Answers 503 while true. */
  isDown = false;
  requests = 0;

  private constructor(
    private readonly server: Server,
    private readonly internalToken: string,
  ) {}

  static async start(internalToken: string): Promise<DirectoryDouble> {
    const server = createServer();
    const double = new DirectoryDouble(server, internalToken);
    server.on('request', (request, response) => {
      const { status, body } = double.answer(request.url ?? '', request.headers.authorization);
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
    return double;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** The tenant wants mails at this address, or none when it is null. */
  notify(tenantId: TenantId, email: string | null, changes: Partial<NotificationResponse> = {}): void {
    this.settings.set(directoryPaths.notification(tenantId), {
      tenantName: 'contoso',
      email,
      enabled: true,
      ...changes,
    });
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  private answer(path: string, authorization: string | undefined): { status: number; body: unknown } {
    this.requests += 1;
    if (this.isDown) return { status: 503, body: { title: 'Service Unavailable' } };
    if (authorization !== `Bearer ${this.internalToken}`)
      return { status: 401, body: { title: 'Unauthorized' } };
    const settings = this.settings.get(path);
    return settings === undefined
      ? { status: 404, body: { title: 'Not Found' } }
      : { status: 200, body: settings };
  }
}
