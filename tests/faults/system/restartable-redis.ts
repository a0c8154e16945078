import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePorts } from '../../helpers/free-port.ts';
import { installRedis, type RedisProgram } from '../../helpers/install-redis.ts';
import { temporaryDirectory } from '../../helpers/temporary-directory.ts';
import { type Watchdog, watchdogOf } from '../../helpers/watchdog.ts';

/** As in production: append-only files that reach the disk once a second. */
const options = [
  '--appendonly',
  'yes',
  '--appendfsync',
  'everysec',
  '--maxmemory-policy',
  'noeviction',
  '--save',
  '',
];
/** Where Redis appends; it is not rewritten below 64 MiB. */
const appendedFile = 'appendonlydir/appendonly.aof.1.incr.aof';
const sampleMs = 50;
const readyMsMax = 30_000;

/** A Redis that is killed and started again, on the same port and with the files that it left. */
export class RestartableRedis implements AsyncDisposable {
  readonly url: string;
  readonly #program: RedisProgram;
  readonly #port: number;
  readonly #directory: string;
  readonly #opened: AsyncDisposableStack;
  #running: { readonly child: ChildProcess; readonly watchdog: Watchdog } | undefined;
  /** How long the appended file was at which time. */
  #samples: { readonly at: number; readonly bytes: number }[] = [];

  private constructor(program: RedisProgram, port: number, directory: string, opened: AsyncDisposableStack) {
    this.url = `redis://127.0.0.1:${port}`;
    this.#program = program;
    this.#port = port;
    this.#directory = directory;
    this.#opened = opened;
  }

  static async start(): Promise<RestartableRedis> {
    await using opening = new AsyncDisposableStack();
    const { path } = opening.use(await temporaryDirectory('redis'));
    const [port] = await freePorts(1);
    const opened = opening.move();
    const redis = new RestartableRedis(await installRedis(), port!, path, opened);
    await redis.restart();
    const sampling = setInterval(() => void redis.#sample(), sampleMs).unref();
    opened.defer(() => clearInterval(sampling));
    opened.defer(async () => redis.kill());
    return redis;
  }

  /** kill -9. With `lostMs` the machine dies with it, and what was not on the disk yet is lost: the end of the appended file, of so many ms. */
  async kill(lostMs = 0): Promise<void> {
    if (this.#running === undefined) return;
    const { child, watchdog } = this.#running;
    const killedAt = performance.now();
    const closed = once(child, 'close');
    child.kill('SIGKILL');
    await closed;
    watchdog.release();
    this.#running = undefined;
    const kept = this.#samples.findLast(({ at }) => at <= killedAt - lostMs);
    if (lostMs > 0 && kept !== undefined) await truncate(this.#path(), kept.bytes);
    this.#samples = [];
  }

  async restart(): Promise<void> {
    const child = spawn(
      this.#program.command,
      ['--bind', '127.0.0.1', '--port', String(this.#port), '--dir', this.#directory, ...options],
      {
        cwd: this.#directory,
        env: { ...process.env, ...this.#program.environment },
        stdio: ['ignore', 'pipe', 'ignore'],
        detached: true,
      },
    );
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-10_000)));
    if (child.pid === undefined) throw new Error('Redis did not start');
    this.#running = { child, watchdog: watchdogOf(child.pid, [this.#directory]) };
    const deadline = performance.now() + readyMsMax;
    while (!said.includes('Ready to accept connections')) {
      if (child.exitCode !== null || performance.now() > deadline)
        throw new Error(`Redis did not start:\n${said}`);
      await delay(10);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#opened.disposeAsync();
  }

  async #sample(): Promise<void> {
    const at = performance.now();
    const found = await stat(this.#path()).catch(() => undefined);
    if (found !== undefined && this.#running !== undefined)
      this.#samples = [...this.#samples.slice(-100), { at, bytes: found.size }];
  }

  #path(): string {
    return join(this.#directory, appendedFile);
  }
}
