import { join } from 'node:path';
import { provideKafkaRequirements } from '../kafka/kafka-requirements.js';
import { type MailCatcher, startMailCatcher } from '../mail/mail-catcher.js';
import { provideDatabase } from '../postgres/provide-database.js';
import { type RunningPostgres } from '../postgres/start-postgres.js';
import { provideDemoTenant } from './demo-tenant.js';
import { rotateLogs } from './log-files.js';
import { SERVICE_NAMES, type Program, type ProgramName } from './program.js';
import { runToEnd } from './run-to-end.js';
import { provideSecrets, type StackSecrets } from './secrets.js';
import { kafkaProgram, postgresProgram } from './server-programs.js';
import { directoryUrl, metricsUrls, notifierUrl, serviceEnvironments } from './service-environment.js';
import { type ServiceProgram } from './service-program.js';
import { servicePrograms, singleProcessProgram } from './service-programs.js';
import { stackMark } from './stack-lock.js';
import { chooseStackPorts, type StackPorts } from './stack-ports.js';
import { type StackSettings } from './stack-settings.js';
import { readStackState, type StackState, StackStateFile } from './stack-state.js';
import { endStaleServices } from './stale-services.js';
import { SupervisedProgram } from './supervised-program.js';

const DEATHS_MAX = 5;
const DEATH_WINDOW_MS = 60_000;
const DATABASE = 'muster';
/** Doors first, then what stands behind them. */
const STOP_ORDER: readonly ProgramName[] = [...SERVICE_NAMES, 'single-process', 'kafka', 'postgres'];

export interface StackHooks {
  /** What is being done, one line. */
  readonly onProgress: (message: string) => void;
  /** Something a person should know, one line. */
  readonly onWarning: (message: string) => void;
  /** A program keeps dying: the stack cannot go on and has to be stopped. */
  readonly onBroken: (reason: string) => void;
}

export interface StartedStack {
  readonly state: StackState;
  /** The demo tenant was made by this start, so that its token is new. */
  readonly isFirstStart: boolean;
}

/** The whole of `npm start`: starts everything in order, keeps it alive, stops it in order. One per home, guarded by the caller's lock. */
export class Stack {
  readonly #settings: StackSettings;
  readonly #hooks: StackHooks;
  readonly #abort = new AbortController();
  readonly #programs = new Map<ProgramName, SupervisedProgram>();
  readonly #services = new Map<ProgramName, ServiceProgram>();
  #mail: MailCatcher | undefined;
  #file: StackStateFile | undefined;
  #starting: Promise<unknown> = Promise.resolve();

  constructor(settings: StackSettings, hooks: StackHooks) {
    this.#settings = settings;
    this.#hooks = hooks;
  }

  /** Rejects when a part cannot be started, or when `stop` was called meanwhile; the caller then calls `stop`. */
  start(): Promise<StartedStack> {
    const started = this.#start();
    this.#starting = started.catch(() => undefined);
    return started;
  }

  /** Ends everything, also a start under way, and returns when no process is left. `reason` says that it failed. */
  async stop(reason?: string): Promise<void> {
    this.#abort.abort(new Error('the stack is being stopped'));
    this.#file?.change({ state: 'stopping' });
    await this.#stopPrograms();
    await this.#starting;
    // A start under way may have launched one more.
    await this.#stopPrograms();
    await this.#mail?.close();
    this.#file?.change({
      pids: {},
      ...(reason === undefined ? { state: 'stopped' } : { state: 'failed', reason }),
    });
  }

  /** Stops a program until `release`; `mail` makes the mail server refuse connections. */
  async hold(name: string): Promise<void> {
    if (name === 'mail') return this.#mail?.hold();
    await this.#programNamed(name).hold();
  }

  /** Lets a held program run again, a service with changes to its environment; returns when it is ready. */
  async release(name: string, env: Readonly<Record<string, string>> = {}): Promise<void> {
    if (name === 'mail') return this.#mail?.release();
    const program = this.#programNamed(name);
    this.#services.get(program.name)?.changeEnv(env);
    await program.release();
  }

  async #stopPrograms(): Promise<void> {
    for (const name of STOP_ORDER) await this.#programs.get(name)?.stop();
  }

  #programNamed(name: string): SupervisedProgram {
    const program = this.#programs.get(name as ProgramName);
    if (program === undefined) throw new Error(`this stack runs no program named ${name}`);
    return program;
  }

  async #start(): Promise<StartedStack> {
    const { home, overrides } = this.#settings;
    const last = readStackState(home);
    rotateLogs(join(home, 'log'));
    for (const name of await endStaleServices(home, last)) {
      this.#hooks.onWarning(`${name} was left over from a supervisor that was killed; it has been ended`);
    }
    const ports = await chooseStackPorts(last?.ports ?? {}, overrides.anyPorts !== true);
    const secrets = provideSecrets(home);
    const file = new StackStateFile(home, this.#initialState(last, ports, secrets));
    this.#file = file;
    await this.#startMail(ports);
    const [databaseUrl, hasKafka] = await Promise.all([this.#startDatabase(ports), this.#startKafka(ports)]);
    this.#abort.signal.throwIfAborted();
    await this.#startServices(ports, secrets, databaseUrl, hasKafka);
    const tenant = overrides.demoTenant === false ? undefined : await this.#provideTenant();
    this.#abort.signal.throwIfAborted();
    file.change({ state: 'ready', ...tenant?.facts });
    return { state: file.current, isFirstStart: tenant?.isNew === true };
  }

  #initialState(last: StackState | undefined, ports: StackPorts, secrets: StackSecrets): StackState {
    const { kafkaBrokers, databaseUrl, smtpUrl } = this.#settings;
    return {
      state: 'starting',
      mode: 'kafka',
      startedAt: new Date().toISOString(),
      ...(last?.tenantId === undefined ? {} : { tenantId: last.tenantId }),
      ...(last?.token === undefined ? {} : { token: last.token }),
      adminUrl: directoryUrl(ports),
      adminToken: secrets.adminToken,
      notifierUrl: notifierUrl(ports),
      internalToken: secrets.internalToken,
      ...(databaseUrl === undefined ? {} : { databaseUrl }),
      kafkaBrokers: kafkaBrokers ?? `127.0.0.1:${ports.kafka}`,
      mailUrl: null,
      smtpUrl: smtpUrl ?? `smtp://127.0.0.1:${ports.smtp}`,
      metrics: metricsUrls(ports),
      pids: { supervisor: process.pid },
      ports,
    };
  }

  async #startMail(ports: StackPorts): Promise<void> {
    if (this.#settings.smtpUrl !== undefined) return;
    const dir = join(this.#settings.home, 'mail');
    this.#mail = await startMailCatcher({ dir, smtpPort: ports.smtp, pagePort: ports.mailPage });
    this.#file?.change({ mailUrl: this.#mail.mailUrl });
  }

  /** The database with its schema as the services of this checkout want it. */
  async #startDatabase(ports: StackPorts): Promise<string> {
    const { home } = this.#settings;
    let databaseUrl = this.#settings.databaseUrl;
    if (databaseUrl === undefined) {
      this.#hooks.onProgress('starting Postgres');
      const server = Promise.withResolvers<RunningPostgres>();
      const dataDir = join(home, 'postgres');
      const logPath = this.#logPath('postgres');
      await this.#supervise(
        postgresProgram({ dataDir, port: ports.postgres, logPath, onReady: server.resolve }),
      );
      const { url, dataDir: place } = await server.promise;
      if (place !== dataDir) {
        this.#hooks.onWarning(
          `the account that Postgres runs as cannot enter ${home}; its data is in ${place}`,
        );
      }
      databaseUrl = await provideDatabase(url, DATABASE);
      this.#file?.change({ databaseUrl });
    }
    this.#hooks.onProgress('bringing the database up to date');
    for (const command of this.#settings.overrides.migrations ?? this.#appMigrations()) {
      await runToEnd({
        name: 'migrate',
        command,
        env: { ...this.#settings.inherited, MUSTER_ENV: 'development', DATABASE_URL: databaseUrl },
        cwd: this.#settings.root,
        logPath: this.#logPath('migrate'),
        signal: this.#abort.signal,
      });
    }
    return databaseUrl;
  }

  #appMigrations(): string[][] {
    return ['directory', 'notifier'].map((app) => [
      join(this.#settings.root, 'apps', app, 'dist', 'migrate.js'),
    ]);
  }

  /** Returns false when there is no Kafka to be had; the services then run in one process. */
  async #startKafka(ports: StackPorts): Promise<boolean> {
    const { home, cacheDir, kafkaBrokers } = this.#settings;
    if (kafkaBrokers !== undefined) return true;
    const onDownload = (): void => this.#hooks.onProgress('fetching Kafka by Maven (once, 43 MB)');
    const needs = await provideKafkaRequirements({ cacheDir, signal: this.#abort.signal, onDownload });
    if (!needs.available) {
      this.#hooks.onWarning(
        `no Kafka: ${needs.missing}. The services run in one process; set KAFKA_BROKERS to use a broker of your own.`,
      );
      this.#file?.change({ mode: 'single-process', kafkaBrokers: null, reason: needs.missing });
      return false;
    }
    this.#hooks.onProgress('starting Kafka');
    const dir = join(home, 'kafka');
    const { kafka: port, kafkaController: controllerPort } = ports;
    await this.#supervise(
      kafkaProgram({ dir, cacheDir, port, controllerPort, logPath: this.#logPath('kafka') }),
    );
    return true;
  }

  async #startServices(
    ports: StackPorts,
    secrets: StackSecrets,
    databaseUrl: string,
    hasKafka: boolean,
  ): Promise<void> {
    this.#hooks.onProgress(`starting ${SERVICE_NAMES.join(', ')}`);
    const { root, home, inherited, overrides, kafkaBrokers } = this.#settings;
    const environments = serviceEnvironments({
      inherited,
      ports,
      secrets,
      databaseUrl,
      kafkaBrokers: hasKafka ? (kafkaBrokers ?? `127.0.0.1:${ports.kafka}`) : undefined,
      smtpUrl: this.#file?.current.smtpUrl ?? '',
    });
    const input = {
      root,
      mark: stackMark(home),
      environments,
      overrides,
      ports,
      logPathOf: (name: string) => this.#logPath(name),
    };
    const programs = hasKafka ? servicePrograms(input) : [singleProcessProgram(input)];
    for (const program of programs) this.#services.set(program.name, program);
    await Promise.all(programs.map((program) => this.#supervise(program)));
  }

  async #provideTenant(): Promise<{ isNew: boolean; facts: Partial<StackState> }> {
    const file = this.#file;
    if (file === undefined) throw new Error('the stack has no state yet');
    const { isNew, tenantId, scimUrl, token } = await provideDemoTenant(file.current);
    return { isNew, facts: { tenantId, scimUrl, ...(token === undefined ? {} : { token }) } };
  }

  #supervise(program: Program): Promise<void> {
    this.#abort.signal.throwIfAborted();
    const supervised = new SupervisedProgram(program, {
      limit: { deathsMax: this.#settings.overrides.deathsMax ?? DEATHS_MAX, windowMs: DEATH_WINDOW_MS },
      now: () => performance.now(),
      onPid: (name, pid) => this.#file?.changePid(name, pid),
      onNotice: this.#hooks.onWarning,
      onGivenUp: this.#hooks.onBroken,
    });
    this.#programs.set(program.name, supervised);
    return supervised.start();
  }

  #logPath(name: string): string {
    return join(this.#settings.home, 'log', `${name}.log`);
  }
}
