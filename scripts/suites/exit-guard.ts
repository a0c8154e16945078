/**
 * Loaded before every test file of `npm test`. node:test waits for ever for a file whose tests are over but whose process does not end, because a server, a
 * connection, a child process or a thread is still open. This ends it, as a failure that names what was left.
 */
import { after } from 'node:test';
import { isMainThread } from 'node:worker_threads';

/** How long a process may stay after its last test, ms: hooks of the file itself stop its servers in this time. */
const exitGraceMs = 10_000;
/** Longest that a whole file may take, ms. */
const fileTimeoutMs = 10 * 60_000;

// Node hands this module down to the threads and child processes that a test starts; it is for the test file alone.
if (isMainThread && process.argv[1]?.endsWith('.test.ts') === true) {
  endAfter(fileTimeoutMs, 'the file took too long');
  after(() => endAfter(exitGraceMs, 'the tests are over, but something keeps the process from ending'));
}

function endAfter(delayMs: number, what: string): void {
  const timer = setTimeout(() => {
    const open = process.getActiveResourcesInfo().join(', ');
    console.error(`${process.argv[1]}: ${what} (after ${delayMs} ms); still open: ${open}`);
    process.exit(1);
  }, delayMs);
  // It must not keep the process alive itself.
  timer.unref();
}
