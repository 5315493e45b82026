import { History } from '../history/history.js';
import {
  GROUP_URN,
  idOf,
  USER_URN,
  versionOf,
  type ScimAnswer,
  type ScimClient,
} from '../world/scim-client.js';
import { type SeededRandom } from '../world/seeded-random.js';
import { attempt, untilSure, type Attempt, type Settled } from './attempts.js';

export interface ClientLoadOptions {
  readonly client: ScimClient;
  readonly random: SeededRandom;
  /** Clients at once; each has one request under way. */
  readonly clients: number;
}

export interface ClientLoad {
  readonly history: History;
  /** Operations that took effect so far. */
  readonly acknowledged: () => number;
  /** Attempts so far that were refused for the moment, or whose answer was lost. */
  readonly troubles: () => number;
  /** Attempts so far that were refused for good. */
  readonly refusals: () => number;
  /** Lets what is under way end, repetitions of unsure writes among it. */
  stop(): Promise<void>;
}

interface KnownUser {
  readonly id: string;
  readonly owner: number;
}

/** How long a write whose answer was lost is repeated. Longer than any of the faults. Milliseconds. */
const REPEAT_MS = 30_000;
const GROUPS = 3;

/** Connectors at work on one tenant: each makes and deletes users of its own, and all change and read those of all. */
export async function startClientLoad(options: ClientLoadOptions): Promise<ClientLoad> {
  const groups: string[] = [];
  for (let number = 0; number < GROUPS; number += 1) {
    groups.push(
      idOf(await options.client.post('/Groups', { schemas: [GROUP_URN], displayName: `group ${number}` })),
    );
  }
  const crew = new Crew(options, groups);
  const running = Promise.all(Array.from({ length: options.clients }, (_, process) => crew.work(process)));
  // A failure is told by `stop`.
  running.catch(() => undefined);
  return {
    history: crew.history,
    acknowledged: () => crew.history.operations.filter(({ end }) => end === 'ok').length,
    troubles: () => crew.troubles,
    refusals: () => crew.refusals,
    stop: async () => {
      crew.stop();
      await running;
    },
  };
}

class Crew {
  readonly history = new History();
  readonly #users: KnownUser[] = [];
  readonly #client: ScimClient;
  readonly #random: SeededRandom;
  readonly #groups: readonly string[];
  #stopped = false;
  #names = 0;
  troubles = 0;
  refusals = 0;

  constructor({ client, random }: ClientLoadOptions, groups: readonly string[]) {
    this.#client = client;
    this.#random = random;
    this.#groups = groups;
  }

  stop(): void {
    this.#stopped = true;
  }

  async work(process: number): Promise<void> {
    const random = this.#random.fork(`client ${process}`);
    while (!this.#stopped) await this.#next(process, random);
  }

  #next(process: number, random: SeededRandom): Promise<void> {
    const dice = random.below(100);
    if (this.#users.length < 5 || dice < 35) return this.#create(process);
    const user = random.pick(this.#users);
    if (dice < 65) return this.#patch(process, user);
    if (dice < 78) return this.#read(process, user);
    if (dice < 84) return this.#delete(process);
    return this.#changeMember(
      process,
      random.pick(this.#groups),
      user,
      dice < 95 ? 'add-member' : 'remove-member',
    );
  }

  /** One operation with all its repetitions: however many there are, one user is to come of it. */
  async #create(process: number): Promise<void> {
    const name = `user-${(this.#names += 1)}`;
    const userName = `${name}@example.com`;
    const value = `${name} as made`;
    const operation = this.history.invoke(process, 'create', userName, value);
    const document = { schemas: [USER_URN], userName, displayName: value, active: true };
    const { answer, mayHaveHappened, reason } = await this.#untilSure(() =>
      this.#client.post('/Users', document),
    );
    if (answer?.status === 201) {
      const id = idOf(answer);
      operation.ok({ id, version: 1 });
      this.#users.push({ id, owner: process });
    } else if (answer?.status === 409 && mayHaveHappened) {
      await this.#findCreated(process, userName, operation);
    } else if (answer === undefined || mayHaveHappened) operation.info(reason);
    else operation.fail(reason);
  }

  /** The first attempt made it and nobody heard: a connector then looks for it by name. */
  async #findCreated(
    process: number,
    userName: string,
    operation: ReturnType<History['invoke']>,
  ): Promise<void> {
    const filter = encodeURIComponent(`userName eq "${userName}"`);
    const { answer, reason } = await this.#untilSure(() => this.#client.get(`/Users?filter=${filter}`));
    const [found] = (answer?.body['Resources'] ?? []) as readonly { readonly id?: string }[];
    if (found?.id === undefined) return operation.info(reason);
    operation.ok({ id: found.id, version: 1 });
    this.#users.push({ id: found.id, owner: process });
  }

  async #patch(process: number, { id }: KnownUser): Promise<void> {
    const value = `value ${(this.#names += 1)}`;
    const operation = this.history.invoke(process, 'patch', id, value);
    const change = [{ op: 'replace', path: 'displayName', value }];
    const tried = await this.#once(() => this.#client.patch(`/Users/${id}`, change));
    if (tried.kind === 'unknown') return operation.info(tried.reason);
    if (tried.kind === 'refused') return operation.fail(tried.reason);
    const { answer } = tried;
    if (answer.status !== 200) return operation.fail(`${answer.status} ${answer.text}`);
    const version = versionOf(answer);
    // An answer that was looked up shows the user as it is now, which may be after somebody else's change.
    const isOwn = answer.body['displayName'] === value && version !== undefined;
    operation.ok(isOwn ? { version } : {});
  }

  async #read(process: number, { id }: KnownUser): Promise<void> {
    const operation = this.history.invoke(process, 'read', id, null);
    const tried = await this.#once(() => this.#client.get(`/Users/${id}`));
    if (tried.kind !== 'answered') return operation.info(tried.reason);
    const { answer } = tried;
    const version = versionOf(answer);
    if (answer.status === 404) operation.ok({ value: null });
    else if (version === undefined) operation.fail(`${answer.status} ${answer.text}`);
    else operation.ok({ version, value: String(answer.body['displayName']) });
  }

  async #delete(process: number): Promise<void> {
    const position = this.#users.findIndex(({ owner }) => owner === process);
    if (position < 0) return;
    const [{ id }] = this.#users.splice(position, 1) as [KnownUser];
    const operation = this.history.invoke(process, 'delete', id, null);
    const { answer, mayHaveHappened, reason } = await this.#untilSure(() =>
      this.#client.delete(`/Users/${id}`),
    );
    if (answer?.status === 204 || (answer?.status === 404 && mayHaveHappened)) operation.ok();
    else if (answer === undefined) operation.info(reason);
    else operation.fail(reason);
  }

  async #once(send: () => Promise<ScimAnswer>): Promise<Attempt> {
    const tried = await attempt(send);
    if (tried.kind !== 'answered') this.troubles += 1;
    else if (tried.answer.status >= 400) this.refusals += 1;
    return tried;
  }

  #untilSure(send: () => Promise<ScimAnswer>): Promise<Settled> {
    return untilSure(() => this.#once(send), REPEAT_MS);
  }

  async #changeMember(
    process: number,
    groupId: string,
    user: KnownUser,
    op: 'add-member' | 'remove-member',
  ): Promise<void> {
    const operation = this.history.invoke(process, op, groupId, user.id);
    const change =
      op === 'add-member'
        ? { op: 'Add', path: 'members', value: [{ value: user.id }] }
        : { op: 'remove', path: `members[value eq "${user.id}"]` };
    const send = () => this.#client.patch(`/Groups/${groupId}`, [change]);
    const { answer, mayHaveHappened, reason } = await this.#untilSure(send);
    if (answer?.status === 204 || answer?.status === 200) operation.ok();
    else if (answer === undefined || mayHaveHappened) operation.info(reason);
    else operation.fail(reason);
  }
}
