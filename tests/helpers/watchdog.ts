import { spawn } from 'node:child_process';

/**
 * Runs beside a program and waits on a pipe that only this process holds. The pipe ends when this process does, however it ends (kill -9 included): then the
 * program is killed and its files are removed. A line on the pipe says that both were done already.
 */
const script = 'read -r word || { kill -KILL "$1"; shift; rm -rf "$@"; }';

export interface Watchdog {
  /** To be called once the program has ended and its files are gone. */
  release(): void;
}

/** Sees to it that the program `pid` ends with this process at the latest, and `files` with it. */
export function watchdogOf(pid: number, files: readonly string[] = []): Watchdog {
  const watchdog = spawn('/bin/sh', ['-c', script, 'watchdog', String(pid), ...files], {
    stdio: ['pipe', 'ignore', 'ignore'],
    // A group of its own: it must outlive the Ctrl+C that may end us.
    detached: true,
  });
  watchdog.unref();
  return { release: () => void watchdog.stdin.end('done\n') };
}
