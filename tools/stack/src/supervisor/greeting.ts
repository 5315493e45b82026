import { statePath, type StackState } from './stack-state.js';

export interface GreetingInput {
  readonly state: StackState;
  readonly home: string;
  readonly isFirstStart: boolean;
  readonly startedInMs: number;
}

/** What a person who typed `npm start` wants to know. The token is shown on the first start only. */
export function greeting({ state, home, isFirstStart, startedInMs }: GreetingInput): string {
  const token = isFirstStart ? state.token : undefined;
  const rows: (readonly [string, string])[] = [
    ['Tenant URL', state.scimUrl ?? '(no demo tenant)'],
    ['Secret token', token ?? 'shown on the first start; a new one: npx musterctl token create demo'],
    ['Mail', state.mailUrl ?? 'leaves by SMTP_URL'],
    [
      'Kafka',
      state.kafkaBrokers ?? `none (${state.reason ?? 'not available'}): the services run in one process`,
    ],
    ...Object.entries(state.metrics).map(([name, url]) => [`Metrics, ${name}`, url] as const),
    ['Facts for programs', statePath(home)],
  ];
  const width = Math.max(...rows.map(([label]) => label.length));
  const table = rows.map(([label, value]) => `  ${label.padEnd(width)}  ${value}`).join('\n');
  const example =
    state.scimUrl === undefined ? '' : `\n\nCreate a user:\n\n${exampleCall(state.scimUrl, token)}`;
  return `\nMuster is ready (${(startedInMs / 1_000).toFixed(1)} s).\n\n${table}${example}\n\nCtrl-C stops everything; the data stays in ${home}.\n`;
}

export interface FarewellInput {
  /** Why the stack stopped by itself; undefined when it was asked to. */
  readonly reason: string | undefined;
  readonly home: string;
  readonly stoppedInMs: number;
}

/** The last line: nothing runs any more, so the terminal may be closed and the same ports taken again. */
export function farewell({ reason, home, stoppedInMs }: FarewellInput): string {
  const seconds = (stoppedInMs / 1_000).toFixed(1);
  return reason === undefined
    ? `Muster has stopped (${seconds} s). The data stays in ${home}.`
    : `Muster has stopped after a failure (${seconds} s): ${reason}`;
}

function exampleCall(scimUrl: string, token: string | undefined): string {
  const user = JSON.stringify({
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
    userName: 'ada@example.com',
    displayName: 'Ada Lovelace',
    active: true,
  });
  return [
    `  curl -s ${scimUrl}/Users \\`,
    `    -H 'Authorization: Bearer ${token ?? 'YOUR_TOKEN'}' -H 'Content-Type: application/scim+json' \\`,
    `    -d '${user}'`,
  ].join('\n');
}
