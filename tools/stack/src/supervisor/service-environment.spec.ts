import { describe, expect, it } from '@jest/globals';
import { DirectoryConfig, parseDirectoryConfig } from '@muster/directory';
import { GatewayConfig, parseGatewayConfig } from '@muster/gateway';
import { NotifierConfig, parseNotifierConfig } from '@muster/notifier';
import { describeConfig } from '@muster/service';
import { metricsUrls, serviceEnvironments } from './service-environment.js';

const PORTS = {
  scim: 1001,
  directory: 1002,
  notifier: 1003,
  gatewayMetrics: 1004,
  directoryMetrics: 1005,
  notifierMetrics: 1006,
  postgres: 1007,
  kafka: 1008,
  kafkaController: 1009,
  smtp: 1010,
  mailPage: 1011,
};

const environments = serviceEnvironments({
  inherited: { PATH: '/bin' },
  ports: PORTS,
  secrets: { internalToken: 'i'.repeat(43), adminToken: 'a'.repeat(43), pepper: 'p'.repeat(43) },
  databaseUrl: 'postgresql://postgres:secret@127.0.0.1:1007/muster',
  kafkaBrokers: '127.0.0.1:1008',
  smtpUrl: 'smtp://127.0.0.1:1010',
});
/** Read by the process, not by a configuration class. */
const BESIDES = ['PATH', 'MUSTER_SUPERVISED'];

describe.each([
  { name: 'gateway', Config: GatewayConfig, parse: parseGatewayConfig, port: PORTS.scim },
  { name: 'directory', Config: DirectoryConfig, parse: parseDirectoryConfig, port: PORTS.directory },
  { name: 'notifier', Config: NotifierConfig, parse: parseNotifierConfig, port: PORTS.notifier },
] as const)('the environment of the $name', ({ name, Config, parse, port }) => {
  it('is one that the service accepts, without a variable it does not know', () => {
    const known = [...describeConfig(Config).map((variable) => variable.name), ...BESIDES];
    expect(Object.keys(environments[name]).filter((variable) => !known.includes(variable))).toEqual([]);
    const config = parse(environments[name]);
    expect(config).toMatchObject({ host: '127.0.0.1', port, kafkaBrokers: ['127.0.0.1:1008'] });
    expect(metricsUrls(PORTS)[name]).toBe(`http://127.0.0.1:${config.metricsPort}/metrics`);
  });
});

it('keeps the database and the admin credential from the gateway, which faces the internet', () => {
  const names = Object.keys(environments.gateway);
  expect(names.filter((name) => /DATABASE|ADMIN|PEPPER/.test(name))).toEqual([]);
});
