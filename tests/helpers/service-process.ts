import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { spawnContainer } from './service-container.ts';
import { serviceImage } from './service-image.ts';
import { watchdogOf } from './watchdog.ts';

/** A service of ours, running as it does in production: a process of its own, or the built image of it. */
export interface ServiceProcess extends AsyncDisposable {
  /** Of the service itself, also where it runs in a container. */
  readonly pid: number;
  /** Where its HTTP answers: the API itself, or a worker's health server. */
  readonly url: string;
  /** Ends when the service does. */
  readonly process: ChildProcess;
  kill(signal: NodeJS.Signals): void;
  /** Its log so far. */
  log(): string;
  /** SIGTERM, then its exit code once it has ended; thaws it where it is frozen. */
  stop(): Promise<number | null>;
}

export type ServiceName = 'api' | 'worker';

/** What was started, and the process of the service in it; undefined if that ended before it was seen. */
export interface SpawnedService {
  readonly child: ChildProcess;
  readonly pid: Promise<number | undefined>;
}

const root = fileURLToPath(new URL('../..', import.meta.url));
/** As `npm start` of the service has them: see docs/ARCHITECTURE.md, Memory. */
const nodeOptions = { api: ['--max-semi-space-size=2'], worker: [] } as const;
/** An image listens on every address, and wants keys; a process on loopback, and none. */
const asOutside = { HOST: '127.0.0.1', HEPASTAGE_HEALTH_HOST: '127.0.0.1', HEPASTAGE_AUTHENTICATION: 'off' };
const portVariable = { api: 'PORT', worker: 'HEPASTAGE_HEALTH_PORT' } as const;
/** What each logs once it has its port: where that is. Nothing else is asked before, because it might be somebody else's server that answers. */
const listeningLine = {
  api: /"address":"http:\/\/[^"]*:(?<port>\d+)".*"msg":"listening"/,
  worker: /"healthPort":(?<port>\d+).*"msg":"ready"/,
} as const;
/** Longest that a service may take until it is ready, ms: a worker loads and proves its model. */
const readyMsMax = 60_000;
const pollMs = 25;
/** How much of a log is kept, characters: a demo may run for days. */
const logCharactersMax = 2 ** 23;

/**
 * Starts `node services/<name>/src/main.ts`, or the image of it that HEPASTAGE_TEST_IMAGES names, on any free port unless the settings name one, and waits until its /readyz says
 * yes. It ends with this process at the latest.
 */
export async function startService(
  name: ServiceName,
  settings: Readonly<Record<string, string>>,
): Promise<ServiceProcess> {
  // At `info` it says where it listens.
  const all = { [portVariable[name]]: '0', HEPASTAGE_LOG_LEVEL: 'info', ...settings };
  const image = serviceImage(name);
  const spawned =
    image === undefined ? spawnNode(name, all) : spawnContainer(image, { ...asOutside, ...all });
  const { child } = spawned;
  const closed = once(child, 'close');
  const log = collectLog(child);
  const pid = await spawned.pid;
  const watchdog = pid === undefined ? undefined : watchdogOf(pid);
  void closed.then(() => watchdog?.release());
  const kill = (signal: NodeJS.Signals) => {
    if (pid !== undefined && child.exitCode === null && child.signalCode === null) process.kill(pid, signal);
  };
  const stop = async () => {
    kill('SIGTERM');
    // One that a test has frozen would not hear it, and what failed there would show as a hang.
    kill('SIGCONT');
    await closed;
    return child.exitCode;
  };
  const url = await becomesReady(name, child, log);
  if (pid === undefined || url === undefined) {
    await stop();
    throw new Error(whyNotReady(name, settings, log()));
  }
  return {
    pid,
    url,
    process: child,
    kill,
    log,
    stop,
    [Symbol.asyncDispose]: async () => void (await stop()),
  };
}

function spawnNode(name: ServiceName, settings: Readonly<Record<string, string>>): SpawnedService {
  const child = spawn(process.execPath, [...nodeOptions[name], `services/${name}/src/main.ts`], {
    cwd: root,
    env: { ...process.env, ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return { child, pid: Promise.resolve(child.pid) };
}

/** The service's URL once it is ready; undefined if it ends before, or takes too long. */
async function becomesReady(
  name: ServiceName,
  child: ChildProcess,
  log: () => string,
): Promise<string | undefined> {
  const deadline = performance.now() + readyMsMax;
  while (performance.now() < deadline && child.exitCode === null && child.signalCode === null) {
    const port = listeningLine[name].exec(log())?.groups?.['port'];
    const url = `http://127.0.0.1:${port}`;
    if (port !== undefined && (await saysYes(`${url}/readyz`))) return url;
    await delay(pollMs);
  }
  return undefined;
}

async function saysYes(url: string): Promise<boolean> {
  try {
    const response = await fetch(url);
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}

function whyNotReady(name: ServiceName, settings: Readonly<Record<string, string>>, log: string): string {
  const variable = portVariable[name];
  return log.includes('EADDRINUSE')
    ? `the ${name} did not start: port ${settings[variable]} is taken; stop what listens there, or set ${variable} to a free port`
    : `the ${name} did not become ready; its log:\n${log}`;
}

function collectLog(child: ChildProcess): () => string {
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      if (text.length > 2 * logCharactersMax) text = text.slice(-logCharactersMax);
    });
  }
  return () => text;
}
