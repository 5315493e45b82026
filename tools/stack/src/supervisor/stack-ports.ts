import { findFreePort } from '../process/free-port.js';

/** Every listener of a stack and the port it gets when that is free. */
const DEFAULT_PORTS = {
  scim: 8080,
  directory: 8081,
  notifier: 8082,
  gatewayMetrics: 9101,
  directoryMetrics: 9102,
  notifierMetrics: 9103,
  postgres: 5432,
  kafka: 9092,
  kafkaController: 9093,
  smtp: 1025,
  mailPage: 8025,
} as const;

export type PortName = keyof typeof DEFAULT_PORTS;
export type StackPorts = Readonly<Record<PortName, number>>;

const PORT_NAMES = Object.keys(DEFAULT_PORTS) as PortName[];

/**
 * The ports of the last start first (a tenant URL someone pasted elsewhere stays valid), then the defaults, then free ones.
 * `usual: false` skips the defaults, for stacks beside each other.
 */
export async function chooseStackPorts(last: Partial<StackPorts>, usual: boolean): Promise<StackPorts> {
  const ports: Partial<Record<PortName, number>> = {};
  for (const name of PORT_NAMES) {
    const wanted = [last[name], usual ? DEFAULT_PORTS[name] : undefined].filter((port) => port !== undefined);
    ports[name] = await findFreePort(...wanted);
  }
  return ports as StackPorts;
}
