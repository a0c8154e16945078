import { once } from 'node:events';
import { type ServiceProcess, startService } from '../../helpers/service-process.ts';

/** A service that is killed and started again, with the same settings. */
export class RestartableService implements AsyncDisposable {
  readonly #name: 'api' | 'worker';
  readonly #settings: Readonly<Record<string, string>>;
  /** What its former lives logged. */
  #logged = '';
  #process: ServiceProcess;

  private constructor(
    name: 'api' | 'worker',
    settings: Readonly<Record<string, string>>,
    process: ServiceProcess,
  ) {
    this.#name = name;
    this.#settings = settings;
    this.#process = process;
  }

  static async start(
    name: 'api' | 'worker',
    settings: Readonly<Record<string, string>>,
  ): Promise<RestartableService> {
    return new RestartableService(name, settings, await startService(name, settings));
  }

  get url(): string {
    return this.#process.url;
  }

  /** Of all its lives. */
  log(): string {
    return this.#logged + this.#process.log();
  }

  /** kill -9. */
  async kill(): Promise<void> {
    const { process } = this.#process;
    if (process.exitCode !== null || process.signalCode !== null) return;
    const closed = once(process, 'close');
    this.#process.kill('SIGKILL');
    await closed;
  }

  /** Resolves once it is ready. */
  async restart(): Promise<void> {
    this.#logged += this.#process.log();
    this.#process = await startService(this.#name, this.#settings);
  }

  freeze(): void {
    this.#process.kill('SIGSTOP');
  }

  thaw(): void {
    this.#process.kill('SIGCONT');
  }

  /** Its exit code. */
  async stop(): Promise<number | null> {
    return this.#process.stop();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}
