import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cpuSecondsFor } from './process-cpu.ts';

test('CPU time is that of the work, of the process and of its main thread', async () => {
  const busySeconds = 0.3;
  const spent = await cpuSecondsFor(process.pid, async () => {
    const from = process.cpuUsage().user;
    while (process.cpuUsage().user - from < busySeconds * 1e6);
  });
  // Linux counts in hundredths of a second.
  assert.ok(spent.process >= busySeconds - 0.02, `${spent.process} s`);
  assert.ok(spent.mainThread > busySeconds / 2 && spent.mainThread <= spent.process + 0.02);
});
