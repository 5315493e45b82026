import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ADMIN_TOKEN, replyAboutAcme } from './acme.js';
import { AdminApiDouble } from './admin-api-double.js';
import { runCommandLine, type CommandLineResult } from './run-command-line.js';

/** A folder to work in, and an admin API that knows the tenant `acme`. */
export class MusterctlWorld {
  private constructor(
    readonly folder: string,
    readonly api: AdminApiDouble,
  ) {}

  static async open(): Promise<MusterctlWorld> {
    const api = await AdminApiDouble.start(replyAboutAcme);
    return new MusterctlWorld(mkdtempSync(join(tmpdir(), 'musterctl-spec-')), api);
  }

  async close(): Promise<void> {
    await this.api.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  run(commandLine: string | readonly string[], env: NodeJS.ProcessEnv = {}): Promise<CommandLineResult> {
    return runCommandLine(commandLine, { env, cwd: this.folder });
  }

  /** Writes a file into the folder and returns its path. */
  write(name: string, content: string): string {
    const path = join(this.folder, name);
    writeFileSync(path, content);
    return path;
  }

  /** As a stack leaves it in its home, `.muster` of a checkout unless it is told another. Returns the home. */
  writeStackFile(home = '.muster', state = 'ready'): string {
    mkdirSync(join(this.folder, home), { recursive: true });
    const stack = { state, adminUrl: this.api.url, adminToken: ADMIN_TOKEN };
    this.write(join(home, 'stack.json'), JSON.stringify(stack));
    return join(this.folder, home);
  }
}
