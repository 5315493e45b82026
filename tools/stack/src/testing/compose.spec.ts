import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { DirectoryConfig, parseDirectoryConfig } from '@muster/directory';
import { GatewayConfig, parseGatewayConfig } from '@muster/gateway';
import { NotifierConfig, parseNotifierConfig } from '@muster/notifier';
import { describeConfig } from '@muster/service';
import { ROOT } from '../supervisor/stack-settings.js';
import { readComposeFile } from './compose-file.js';

const madeEnv = execFileSync(process.execPath, [join(ROOT, 'deploy/make-env.mjs')], { encoding: 'utf8' });
const variables = Object.fromEntries(
  [...madeEnv.matchAll(/^(\w+)=(.*)$/gm)].map(([, name = '', value = '']) => [name, value]),
);
const services = readComposeFile(readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8'), variables);

function serviceNamed(name: string) {
  const service = services.get(name);
  if (service === undefined) throw new Error(`docker-compose.yml has no service ${name}`);
  return service;
}

describe.each([
  { name: 'gateway', Config: GatewayConfig, parse: parseGatewayConfig },
  { name: 'directory', Config: DirectoryConfig, parse: parseDirectoryConfig },
  { name: 'notifier', Config: NotifierConfig, parse: parseNotifierConfig },
])('$name in docker-compose.yml', ({ name, Config, parse }) => {
  const { environment, ports, healthcheck, dependsOn, command } = serviceNamed(name);

  it('sets only variables that the service knows, and every one that it needs', () => {
    const known = describeConfig(Config).map((variable) => variable.name);
    expect(Object.keys(environment).filter((variable) => !known.includes(variable))).toEqual([]);
    expect(parse(environment)).toMatchObject({
      environment: 'production',
      host: '0.0.0.0',
      kafkaBrokers: ['kafka:9092'],
    });
  });

  it('publishes the port that it listens on, and asks its own probe', () => {
    for (const port of ports) expect(port.split(':').at(-1)).toBe(environment['PORT']);
    expect(healthcheck.join(' ')).toContain(`http://127.0.0.1:${environment['METRICS_PORT']}/readyz`);
    expect(command).toEqual(['node', `apps/${name}/dist/main.js`]);
  });

  it('names only services that are there', () => {
    for (const other of dependsOn) expect(services.has(other)).toBe(true);
    const hosts = Object.values(environment).flatMap((value) =>
      [...value.matchAll(/[@/]([a-z]+):\d+/g)].map(([, host]) => host),
    );
    expect(hosts.filter((host) => host !== undefined && !services.has(host))).toEqual([]);
  });
});

describe('docker-compose.yml', () => {
  it('gives the gateway, which faces the internet, neither the database nor the admin token', () => {
    const names = Object.keys(serviceNamed('gateway').environment);
    expect(names.filter((name) => /DATABASE|ADMIN|PEPPER/.test(name))).toEqual([]);
  });

  it('leads services to the ports where the others listen', () => {
    const directory = serviceNamed('directory').environment;
    for (const name of ['gateway', 'notifier']) {
      expect(serviceNamed(name).environment['DIRECTORY_URL']).toBe(`http://directory:${directory['PORT']}`);
    }
    expect(serviceNamed('kafka').environment['KAFKA_ADVERTISED_LISTENERS']).toBe(
      `PLAINTEXT://${directory['KAFKA_BROKERS']}`,
    );
  });

  it('publishes nothing but SCIM beyond this machine', () => {
    const open = [...services].flatMap(([name, { ports }]) =>
      ports.filter((port) => !port.startsWith('127.0.0.1:')).map(() => name),
    );
    expect(open).toEqual(['gateway']);
  });
});

describe('deploy/Dockerfile', () => {
  const stages = readFileSync(join(ROOT, 'deploy/Dockerfile'), 'utf8')
    .split(/^FROM /m)
    .slice(1);

  it('builds on the Node of the lock file and ends as an ordinary user', () => {
    const { devDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      devDependencies: { node: string };
    };
    const bases = stages.map((stage) => stage.split(/\s/, 1)[0]).filter((base) => base?.startsWith('node:'));
    expect(new Set(bases)).toEqual(new Set([`node:${devDependencies.node}-bookworm-slim`]));
    expect(stages.at(-1)).toMatch(/^USER node$/m);
  });
});
