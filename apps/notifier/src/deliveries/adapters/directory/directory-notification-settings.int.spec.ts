import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { DirectoryDouble } from '../../../testing/directory-double.js';
import { newTenantId } from '../../../testing/failures.js';
import { DirectoryNotificationSettings } from './directory-notification-settings.js';

const TOKEN = 'a-service-credential-of-32-letters';

// For a machine that is busy with other tests.
jest.setTimeout(60_000);

describe('DirectoryNotificationSettings', () => {
  let directory: DirectoryDouble;
  let settings: DirectoryNotificationSettings;
  let nowMs = 0;
  /** What a test opened, closed after it however it ends. */
  const opened: (() => Promise<void>)[] = [];

  beforeEach(async () => {
    nowMs = 0;
    directory = await DirectoryDouble.start(TOKEN);
    settings = settingsAt(directory.url);
  });

  afterEach(async () => {
    for (const close of opened.splice(0).reverse()) await close();
    await directory.close();
  });

  function settingsAt(url: string, internalToken = TOKEN, timeoutMs = 10_000): DirectoryNotificationSettings {
    const made = new DirectoryNotificationSettings({
      url,
      internalToken,
      timeoutMs,
      now: () => nowMs,
    });
    opened.push(() => made.close());
    return made;
  }

  /** A server in the directory's place; resolves with its URL. */
  async function impostor(answer: RequestListener): Promise<string> {
    const server = createServer(answer);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
    opened.push(async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    });
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  it('tells what the tenant chose, and that a tenant is unknown', async () => {
    const [known, unknown] = [newTenantId(), newTenantId()];
    directory.notify(known, 'it@contoso.example');
    expect(await settings.settingsOf(known)).toEqual({
      tenantName: 'contoso',
      email: 'it@contoso.example',
      enabled: true,
    });
    expect(await settings.settingsOf(unknown)).toBeNull();
  });

  it('asks once in three seconds, however many ask', async () => {
    const tenantId = newTenantId();
    directory.notify(tenantId, 'old@contoso.example');
    await Promise.all([settings.settingsOf(tenantId), settings.settingsOf(tenantId)]);
    directory.notify(tenantId, 'new@contoso.example');
    nowMs = 2_999;
    expect(await settings.settingsOf(tenantId)).toMatchObject({ email: 'old@contoso.example' });
    expect(directory.requests).toBe(1);
    nowMs = 3_000;
    expect(await settings.settingsOf(tenantId)).toMatchObject({ email: 'new@contoso.example' });
  });

  it('says so when the directory fails, and asks again the next time', async () => {
    const tenantId = newTenantId();
    directory.notify(tenantId, 'it@contoso.example');
    directory.isDown = true;
    await expect(settings.settingsOf(tenantId)).rejects.toMatchObject({ name: 'DirectoryUnavailableError' });
    directory.isDown = false;
    expect(await settings.settingsOf(tenantId)).toMatchObject({ email: 'it@contoso.example' });
  });

  it('takes a wrong credential for a directory that cannot be asked, not for a tenant without mail', async () => {
    const stranger = settingsAt(directory.url, 'another-credential-of-32-letters..');
    await expect(stranger.settingsOf(newTenantId())).rejects.toMatchObject({
      name: 'DirectoryUnavailableError',
    });
  });

  it.each(['not json', '[]', '{"tenantName":"x","email":7,"enabled":true}', '{"email":null,"enabled":true}'])(
    'does not believe an answer of %s',
    async (body) => {
      const misled = settingsAt(await impostor((_, response) => response.writeHead(200).end(body)));
      await expect(misled.settingsOf(newTenantId())).rejects.toMatchObject({
        name: 'DirectoryUnavailableError',
      });
    },
  );

  it('does not wait for a directory that hangs', async () => {
    const patient = settingsAt(await impostor(() => undefined), TOKEN, 100);
    await expect(patient.settingsOf(newTenantId())).rejects.toMatchObject({
      name: 'DirectoryUnavailableError',
    });
  });
});
