import { startKafka } from '../kafka/start-kafka.js';
import { startPostgres } from '../postgres/start-postgres.js';
import { type Program } from './program.js';

export interface PostgresProgramOptions {
  readonly dataDir: string;
  readonly port: number;
  readonly logPath: string;
  /** The superuser's URL, known once it is ready for the first time. */
  readonly onUrl: (url: string) => void;
}

export function postgresProgram(options: PostgresProgramOptions): Program {
  const { onUrl, ...place } = options;
  return {
    name: 'postgres',
    launch: async ({ signal, onSpawn }) => {
      const running = await startPostgres({ ...place, signal, onSpawn, endStale: true, followParent: true });
      onUrl(running.url);
      return running;
    },
  };
}

export interface KafkaProgramOptions {
  readonly dir: string;
  readonly cacheDir: string;
  readonly port: number;
  readonly controllerPort: number;
  readonly logPath: string;
}

export function kafkaProgram(options: KafkaProgramOptions): Program {
  return {
    name: 'kafka',
    launch: ({ signal, onSpawn }) =>
      startKafka({ ...options, signal, onSpawn, endStale: true, followParent: true }),
  };
}
