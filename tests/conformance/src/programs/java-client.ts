import { copyFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { type TestResult } from '../report.js';
import { type Tenant } from '../service/scim-service.js';
import { preparedFolder, ROOM } from './cache.js';
import { MissingProgramError } from './missing-program-error.js';
import { reportedResult } from './reported-result.js';
import { runProgram } from './run-program.js';

export type JavaClient = 'scim-sdk' | 'unboundid';

const MAIN_CLASSES: Readonly<Record<JavaClient, string>> = {
  'scim-sdk': 'ScimSdkTour',
  unboundid: 'UnboundIdTour',
};
const PREPARE_TIMEOUT_MS = 300_000;
const TOUR_TIMEOUT_MS = 120_000;

/** A tour through the service with somebody else's Java client. @throws MissingProgramError without Java, Maven or the client */
export async function runJavaClient(client: JavaClient, tenant: Tenant): Promise<TestResult[]> {
  const results: TestResult[] = [];
  const folder = await compiled(client);
  const classPath = [join(folder, 'classes'), join(folder, 'lib', '*')].join(delimiter);
  await runProgram('java', ['-XX:TieredStopAtLevel=1', '-cp', classPath, MAIN_CLASSES[client]], {
    env: { SCIM_URL: tenant.url, SCIM_TOKEN: tenant.token },
    timeoutMs: TOUR_TIMEOUT_MS,
    onLine: (line) => {
      const result = reportedResult(client, line);
      if (result !== undefined) results.push(result);
    },
  });
  if (results.length === 0) throw new Error(`the tour with ${client} reported nothing`);
  return results;
}

/** Maven brings the jars of the pom; the two source files need no more than the compiler. */
function compiled(client: JavaClient): Promise<string> {
  const pom = join(ROOM, 'java', client, 'pom.xml');
  const sources = [
    join(ROOM, 'java', 'Tour.java'),
    join(ROOM, 'java', client, `${MAIN_CLASSES[client]}.java`),
  ];
  return preparedFolder(`java-${client}`, [pom, ...sources], async (folder) => {
    const lib = join(folder, 'lib');
    await fetchJars(pom, folder, lib);
    await runProgram('javac', ['-d', join(folder, 'classes'), '-cp', join(lib, '*'), ...sources], {
      timeoutMs: PREPARE_TIMEOUT_MS,
    });
  });
}

async function fetchJars(pom: string, folder: string, lib: string): Promise<void> {
  const options = { cwd: folder, timeoutMs: PREPARE_TIMEOUT_MS };
  try {
    await runProgram('javac', ['-version'], options);
    await copyFile(pom, join(folder, 'pom.xml'));
    await runProgram(
      'mvn',
      ['-q', '-B', 'dependency:copy-dependencies', `-DoutputDirectory=${lib}`],
      options,
    );
  } catch (error) {
    throw new MissingProgramError('Java 17, Maven and the packages of the pom', error);
  }
}
