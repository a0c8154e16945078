import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePorts } from './free-port.ts';

/** A service of ours, running as it does in production: a process of its own. */
export interface ServiceProcess extends AsyncDisposable {
  readonly pid: number;
  /** Where its HTTP answers: the API itself, or a worker's health server. */
  readonly url: string;
  readonly process: ChildProcess;
  /** Its log so far. */
  log(): string;
  /** SIGTERM, then its exit code once it has ended. */
  stop(): Promise<number | null>;
}

const root = fileURLToPath(new URL('../..', import.meta.url));
/** As `npm start` of the service has them: see docs/ARCHITECTURE.md, Memory. */
const nodeOptions = { api: ['--max-semi-space-size=2'], worker: [] } as const;
const portVariable = { api: 'PORT', worker: 'HEPASTAGE_HEALTH_PORT' } as const;
/** Longest that a service may take until it is ready, ms: a worker loads and proves its model. */
const readyMsMax = 60_000;
const pollMs = 25;

/** Starts `node services/<name>/src/main.ts` and waits until its /readyz says yes. */
export async function startService(
  name: 'api' | 'worker',
  settings: Readonly<Record<string, string>>,
): Promise<ServiceProcess> {
  const port = settings[portVariable[name]] ?? String((await freePorts(1))[0]);
  const child = spawn(process.execPath, [...nodeOptions[name], `services/${name}/src/main.ts`], {
    cwd: root,
    env: { ...process.env, ...settings, [portVariable[name]]: port },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit');
  const log = collectLog(child);
  const url = `http://127.0.0.1:${port}`;
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
    await exited;
    return child.exitCode;
  };
  if (child.pid === undefined || !(await becomesReady(url, child))) {
    await stop();
    throw new Error(`${name} did not become ready; its log:\n${log()}`);
  }
  return {
    pid: child.pid,
    url,
    process: child,
    log,
    stop,
    [Symbol.asyncDispose]: async () => void (await stop()),
  };
}

async function becomesReady(url: string, child: ChildProcess): Promise<boolean> {
  const deadline = performance.now() + readyMsMax;
  while (performance.now() < deadline && child.exitCode === null && child.signalCode === null) {
    const ready = await fetch(`${url}/readyz`).then(
      async (response) => {
        await response.arrayBuffer();
        return response.ok;
      },
      () => false,
    );
    if (ready) return true;
    await delay(pollMs);
  }
  return false;
}

function collectLog(child: ChildProcess): () => string {
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
  }
  return () => text;
}
