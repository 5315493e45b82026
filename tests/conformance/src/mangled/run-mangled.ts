import { differences } from '../replay/expected-json.js';
import { targetOf, type Dialect } from '../replay/dialect.js';
import { fillText, type Bindings } from '../replay/placeholders.js';
import { type ReplayCase, type Step } from '../replay/replay-case.js';
import { scimError } from '../replay/usual-steps.js';
import { SAMPLE_REGISTRATION } from '../schemas/sample-registration.js';
import { type TestResult } from '../report.js';
import { type ScimService } from '../service/scim-service.js';
import { Wire, type WireAnswer, type WireRequest } from '../service/wire.js';
import { mangledBody, mangledPath } from './mangle.js';
import { Random } from './random.js';

export interface MangledOptions {
  readonly seed: number;
  readonly requests: number;
}

const REQUESTS_AT_ONCE = 8;
const PROBLEMS_MAX = 20;
const SHOWN_LENGTH_MAX = 400;
const NAMES = 50;
const KINDS = ['Users', 'Groups', 'TestResources'] as const;
type Kind = (typeof KINDS)[number];

/**
 * Takes requests out of their stories, damages them by chance and sends them. Whatever they are: the answer is no 5xx, and a
 * refusal is a SCIM error. The seed decides what is sent; what is there when it arrives is not decided, as several are under way.
 */
export async function runMangled(
  suite: string,
  cases: readonly ReplayCase[],
  dialect: Dialect,
  service: ScimService,
  { seed, requests }: MangledOptions,
): Promise<TestResult> {
  const wish = { registration: SAMPLE_REGISTRATION };
  const { token } = (await service.newTenant(wish)) ?? (await service.commonTenant());
  const sender = new MangledSender(new Wire(service.origin), token, dialect, cases, new Random(seed));
  const problems = await sender.send(requests);
  const test = `${requests} damaged requests, seed ${seed}`;
  return {
    suite,
    test,
    state: problems.length === 0 ? 'passed' : 'failed',
    remarks: problems.slice(0, PROBLEMS_MAX),
  };
}

class MangledSender {
  private readonly steps: readonly Step[];
  private readonly ids: Readonly<Record<Kind, string[]>> = {
    Users: ['none'],
    Groups: ['none'],
    TestResources: ['none'],
  };

  constructor(
    private readonly wire: Wire,
    private readonly token: string,
    private readonly dialect: Dialect,
    cases: readonly ReplayCase[],
    private readonly random: Random,
  ) {
    this.steps = cases.flatMap(({ steps }) => steps);
  }

  async send(requests: number): Promise<string[]> {
    const problems: string[] = [];
    let left = requests;
    const work = async (): Promise<void> => {
      while (left > 0) {
        left -= 1;
        const problem = await this.sendOne(this.nextRequest());
        if (problem !== undefined) problems.push(problem);
      }
    };
    await Promise.all(Array.from({ length: REQUESTS_AT_ONCE }, work));
    await this.wire.close();
    return problems;
  }

  private nextRequest(): WireRequest {
    const { method, path, body } = this.random.pick(this.steps);
    const kind = KINDS.find((each) => path.startsWith(`/${each}`)) ?? 'Users';
    const filled = (text: string): string => fillText(text, this.bindings(kind));
    return {
      method,
      target: targetOf(this.dialect, mangledPath(filled(path), this.random)),
      headers: {
        authorization: `Bearer ${this.token}`,
        ...(body === undefined ? {} : { 'content-type': this.dialect.contentType }),
      },
      ...(body === undefined
        ? {}
        : { body: filled(typeof body === 'string' ? body : JSON.stringify(mangledBody(body, this.random))) }),
    };
  }

  /** Any name is an id that has been made, mostly of the kind that the path is about. */
  private bindings(kind: Kind): Bindings {
    const { random, ids } = this;
    return {
      get: (name: string) =>
        name === 'n' ? String(random.below(NAMES)) : random.pick(ids[kind].slice(-NAMES)),
    };
  }

  private async sendOne(request: WireRequest): Promise<string | undefined> {
    try {
      const answer = await this.wire.send(request);
      this.learn(answer);
      const problem = problemOf(answer);
      return problem === undefined ? undefined : `${shown(request)}: ${problem}`;
    } catch (error) {
      return `${shown(request)}: ${error instanceof Error ? error.message : String(error)}`;
    }
  }

  private learn({ status, headers }: WireAnswer): void {
    const [, place, id] = /\/(\w+)\/([\w-]+)$/.exec(headers.get('location') ?? '') ?? [];
    const kind = KINDS.find((each) => each === place);
    if (status === 201 && id !== undefined && kind !== undefined) this.ids[kind].push(id);
  }
}

function problemOf({ status, json, text }: WireAnswer): string | undefined {
  if (status >= 500 && status !== 501) return `answered ${status}: ${text.slice(0, SHOWN_LENGTH_MAX)}`;
  if (status < 400) return undefined;
  const problems = differences(scimError(status), json);
  return problems.length === 0 ? undefined : `refused with ${status}, but ${problems.join(', ')}`;
}

function shown({ method, target, body = '' }: WireRequest): string {
  return `${method} ${target} ${body}`.slice(0, SHOWN_LENGTH_MAX);
}
