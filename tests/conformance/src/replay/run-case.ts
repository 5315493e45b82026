import { type Wire, type WireAnswer } from '../service/wire.js';
import { targetOf, type Dialect } from './dialect.js';
import { differences, type Expected } from './expected-json.js';
import { type Json } from './json.js';
import { fill, fillText } from './placeholders.js';
import { type ReplayCase, type Step } from './replay-case.js';

export interface Stage {
  readonly wire: Wire;
  readonly token: string;
  /** Empty where the case has no neighbour. */
  readonly neighbourToken: string;
  readonly dialect: Dialect;
  /** Stands for `{{n}}`. */
  readonly unique: string;
}

const SHOWN_LENGTH_MAX = 500;

/** Plays a case up to its first step that does not go as it should; returns what was wrong with that one. */
export async function runCase({ steps }: ReplayCase, stage: Stage): Promise<string[]> {
  const bindings = new Map([
    ['n', stage.unique],
    ['token', stage.token],
    ['neighbourToken', stage.neighbourToken],
  ]);
  for (const step of steps) {
    const target = targetOf(stage.dialect, fillText(step.path, bindings));
    const answer = await stage.wire.send({
      method: step.method,
      target,
      headers: fill(headersOf(step, stage), bindings),
      ...(step.body === undefined ? {} : { body: bodyOf(fill(step.body, bindings)) }),
    });
    const problems = problemsOf(step, answer, (expected) => fill(expected, bindings));
    if (problems.length > 0) return problems.map((problem) => `${step.method} ${target}: ${problem}`);
    if (step.as !== undefined) bindings.set(step.as, textOf(answer, 'id'));
    for (const [name, member] of Object.entries(step.keeps ?? {})) bindings.set(name, textOf(answer, member));
  }
  return [];
}

function headersOf(step: Step, { token, dialect }: Stage): Record<string, string> {
  return {
    authorization: `Bearer ${token}`,
    ...(step.body === undefined ? {} : { 'content-type': dialect.contentType }),
    ...(dialect.accept === undefined ? {} : { accept: dialect.accept }),
    ...step.headers,
  };
}

function bodyOf(body: Json): string {
  return typeof body === 'string' ? body : JSON.stringify(body);
}

function problemsOf(step: Step, answer: WireAnswer, filled: (expected: Expected) => Expected): string[] {
  if (!step.status.includes(answer.status)) {
    const shown = answer.text.slice(0, SHOWN_LENGTH_MAX);
    return [`answered ${answer.status} in place of ${step.status.join(' or ')}: ${shown}`];
  }
  const headers = Object.entries(step.answersHeaders ?? {}).flatMap(([name, expected]) =>
    differences(filled(expected), answer.headers.get(name), `header ${name}`),
  );
  return [...headers, ...mediaTypeProblems(answer), ...bodyProblems(step, answer, filled)];
}

/** RFC 7644 section 8.1: every body is SCIM's own kind of JSON, whatever was asked for. */
function mediaTypeProblems({ text, headers }: WireAnswer): string[] {
  const mediaType = headers.get('content-type');
  return text === '' || mediaType === 'application/scim+json'
    ? []
    : [`has the content type ${String(mediaType)}`];
}

function bodyProblems(step: Step, answer: WireAnswer, filled: (expected: Expected) => Expected): string[] {
  // A PATCH may be answered without a body; then there is nothing to compare.
  if (step.answers === undefined || (answer.status === 204 && answer.text === '')) return [];
  return differences(filled(step.answers), answer.json);
}

function textOf({ json }: WireAnswer, member: string): string {
  const text =
    typeof json === 'object' && json !== null ? new Map(Object.entries(json)).get(member) : undefined;
  if (typeof text !== 'string') throw new Error(`the answer has no ${member}`);
  return text;
}
