import { setTimeout as delay } from 'node:timers/promises';
import { freePorts } from './free-port.ts';
import type { StartedProgram } from './local-program.ts';
import { runProgram } from './run-program.ts';
import { watchdogOf } from './watchdog.ts';

const pollMs = 10;

/** How to start a server that lives in a container. */
export interface ContainerServer {
  readonly image: string;
  readonly portCount: number;
  arguments(ports: readonly number[]): readonly string[];
  readonly files?: readonly { readonly content: string; readonly target: string }[];
  readonly environment?: Record<string, string>;
  /** Where it keeps its data, in memory: nobody needs them afterwards. */
  readonly dataFolder: string;
  /** What it prints once it answers on its ports. */
  readonly readyLine: RegExp;
}

/** Starts a server on free loopback ports of the host: it ends with this process at the latest, also without testcontainers' own reaper, whose image might not be had. */
export async function startServerContainer(server: ContainerServer): Promise<StartedProgram> {
  process.env['TESTCONTAINERS_RYUK_DISABLED'] ??= 'true';
  const { GenericContainer, Wait } = await import('testcontainers');
  /** One that the engine removes once it has ended, however it ended. */
  class PassingContainer extends GenericContainer {
    constructor(image: string) {
      super(image);
      this.hostConfig.AutoRemove = true;
    }
  }
  const ports = await freePorts(server.portCount);
  const container = await new PassingContainer(server.image)
    .withNetworkMode('host')
    .withCommand([...server.arguments(ports)])
    .withCopyContentToContainer([...(server.files ?? [])])
    .withEnvironment(server.environment ?? {})
    .withTmpFs({ [server.dataFolder]: 'rw' })
    .withWaitStrategy(Wait.forLogMessage(server.readyLine))
    .start();
  const pid = await pidOf(container.getId());
  const watchdog = watchdogOf(pid);
  return {
    pid,
    ports,
    stop: async () => {
      watchdog.release();
      // Nobody needs its data, so nothing has to be saved.
      process.kill(pid, 'SIGKILL');
      while (isAlive(pid)) await delay(pollMs);
    },
  };
}

/** The container's first process, as this machine numbers it. */
async function pidOf(id: string): Promise<number> {
  return Number(await runProgram('docker', ['inspect', '--format={{.State.Pid}}', id]));
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
