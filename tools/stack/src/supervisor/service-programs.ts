import { join, resolve } from 'node:path';
import { SERVICE_NAMES, type ServiceName } from './program.js';
import { ServiceProgram } from './service-program.js';
import { type StackPorts } from './stack-ports.js';
import { type StackOverrides } from './stack-settings.js';

export interface ServiceProgramsInput {
  readonly root: string;
  /** Argument that marks the processes of this stack. */
  readonly mark: string;
  readonly environments: Readonly<Record<ServiceName, Readonly<Record<string, string>>>>;
  readonly overrides: StackOverrides;
  readonly ports: StackPorts;
  readonly logPathOf: (name: string) => string;
}

/** Each service as a process of its own. */
export function servicePrograms(input: ServiceProgramsInput): ServiceProgram[] {
  const { root, mark, environments, overrides, logPathOf } = input;
  return SERVICE_NAMES.map(
    (name) =>
      new ServiceProgram({
        name,
        command: [
          ...(overrides.serviceCommand?.[name] ?? [join(root, 'apps', name, 'dist', 'main.js')]),
          mark,
        ],
        env: { ...environments[name], ...overrides.serviceEnv?.[name] },
        readyUrl: readyUrlOf(input.ports, name),
        logPath: logPathOf(name),
        cwd: root,
      }),
  );
}

/** All services in one process, over the event log that lives in it. Their environments travel as one JSON value. */
export function singleProcessProgram(input: ServiceProgramsInput): ServiceProgram {
  const { root, mark, environments, overrides, logPathOf } = input;
  const each = Object.fromEntries(
    SERVICE_NAMES.map((name) => [name, { ...environments[name], ...overrides.serviceEnv?.[name] }]),
  );
  return new ServiceProgram({
    name: 'single-process',
    command: [resolve(root, 'tools/stack/dist/single-process.js'), mark],
    env: { ...environments.directory, MUSTER_SERVICE_ENVIRONMENTS: JSON.stringify(each) },
    // The gateway is started last.
    readyUrl: readyUrlOf(input.ports, 'gateway'),
    logPath: logPathOf('single-process'),
    cwd: root,
  });
}

function readyUrlOf(ports: StackPorts, name: ServiceName): string {
  return `http://127.0.0.1:${ports[`${name}Metrics`]}/readyz`;
}
