import { startKafka } from '../kafka/start-kafka.js';
import { type RunningPostgres, startPostgres } from '../postgres/start-postgres.js';
import { type Program } from './program.js';

export interface PostgresProgramOptions {
  readonly dataDir: string;
  readonly port: number;
  readonly logPath: string;
  readonly onReady: (server: RunningPostgres) => void;
}

export function postgresProgram(options: PostgresProgramOptions): Program {
  const { onReady, ...place } = options;
  return {
    name: 'postgres',
    launch: async ({ signal, onSpawn }) => {
      const running = await startPostgres({ ...place, signal, onSpawn, endStale: true, followParent: true });
      onReady(running);
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
