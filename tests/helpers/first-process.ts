import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { ServiceName } from './service-process.ts';
import { watchdogOf } from './watchdog.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const namespaceOf = ['--pid', '--fork', '--kill-child', '--mount-proc'];
const hearing = 'listens for SIGTERM';
/** Runs in the service before its own code, and tells when that begins to listen. */
const listener = `process.on('newListener', (event) => {
  if (event === 'SIGTERM') queueMicrotask(() => process.stderr.write('${hearing}\\n'));
});`;
const pollMs = 5;

/** Why no process can be the first of a PID namespace here; undefined if one can. */
export function noFirstProcess(): string | undefined {
  const { status } = spawnSync('unshare', [...namespaceOf, 'true']);
  return status === 0 ? undefined : 'a PID namespace needs root, and unshare';
}

/** A service that starts as the first process of a PID namespace, as in a container: the kernel gives it no signal that it does not listen to. */
export interface FirstProcess extends AsyncDisposable {
  /** Resolves once it listens for SIGTERM. */
  hears(): Promise<void>;
  terminate(): void;
  log(): string;
  /** Its exit code. */
  readonly ended: Promise<number | null>;
}

/** Does not wait until the service is ready. */
export async function startFirstProcess(
  name: ServiceName,
  settings: Readonly<Record<string, string>>,
): Promise<FirstProcess> {
  const preload = `--import=data:text/javascript,${encodeURIComponent(listener)}`;
  const child = spawn(
    'unshare',
    [...namespaceOf, process.execPath, preload, `services/${name}/src/main.ts`],
    { cwd: root, env: { ...process.env, ...settings }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  const ended = once(child, 'close').then(() => child.exitCode);
  const children = `/proc/${child.pid}/task/${child.pid}/children`;
  let pid = 0;
  while (pid === 0 && child.exitCode === null) {
    pid = Number(await readFile(children, 'utf8'));
    await delay(pollMs);
  }
  if (pid === 0) throw new Error(`the ${name} did not start: ${text}`);
  const watchdog = watchdogOf(child.pid!);
  void ended.then(() => watchdog.release());
  return {
    hears: async () => {
      while (!text.includes(hearing) && child.exitCode === null) await delay(pollMs);
    },
    terminate: () => void process.kill(pid, 'SIGTERM'),
    log: () => text,
    ended,
    [Symbol.asyncDispose]: async () => {
      // The first process takes the rest of its namespace with it.
      child.kill('SIGKILL');
      await ended;
    },
  };
}
