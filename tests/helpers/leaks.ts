import { readdirSync, readlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import type { TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { temporaryPrefix } from './temporary-directory.ts';

/** Sockets and processes need a moment to be gone after they were closed: longest such moment, ms. */
const graceMs = 1_000;
const pollIntervalMs = 10;
/** Handles that come and go with the test runner itself. */
const ignoredHandles = new Set(['Timeout', 'Immediate', 'FSReqPromise', 'FSReqCallback']);

/**
 * Wraps a test so that it fails, naming them, when it leaves behind handles that keep the process alive (servers, connections, child processes, threads),
 * open files, or temporary folders. What the test opens it must close in its own body, best with `await using`: hooks run too late.
 *
 * A file as a whole need not be wrapped: `npm test` fails every file whose process does not end after its tests (scripts/suites/exit-guard.ts).
 */
export function leakingNothing(body: (t: TestContext) => Promise<void>): (t: TestContext) => Promise<void> {
  return async (t) => {
    const before = inventory();
    await body(t);
    let leaked = surplus(inventory(), before);
    for (let waitedMs = 0; leaked.length > 0 && waitedMs < graceMs; waitedMs += pollIntervalMs) {
      await delay(pollIntervalMs);
      leaked = surplus(inventory(), before);
    }
    if (leaked.length > 0) throw new Error(`the test leaked: ${leaked.join(', ')}`);
  };
}

/** Everything that is open, one line each; the same line may stand there several times. */
function inventory(): string[] {
  const handles = process.getActiveResourcesInfo().filter((type) => !ignoredHandles.has(type));
  const folders = readdirSync(tmpdir()).filter((name) => name.startsWith(temporaryPrefix));
  return [...handles, ...openFiles(), ...folders];
}

/** Regular files only: sockets and pipes are among the handles. Empty on systems without /proc. */
function openFiles(): string[] {
  try {
    return readdirSync('/proc/self/fd').flatMap((descriptor) => {
      const path = targetOf(`/proc/self/fd/${descriptor}`);
      return path?.startsWith('/') && !path.startsWith('/dev/') && !path.startsWith('/proc/') ? [path] : [];
    });
  } catch {
    return [];
  }
}

/** The descriptor with which the folder itself was read is closed by now. */
function targetOf(link: string): string | undefined {
  try {
    return readlinkSync(link);
  } catch {
    return undefined;
  }
}

/** The lines of `now` that `before` does not account for. */
function surplus(now: readonly string[], before: readonly string[]): string[] {
  const known = [...before];
  return now.filter((line) => {
    const index = known.indexOf(line);
    if (index !== -1) known.splice(index, 1);
    return index === -1;
  });
}
