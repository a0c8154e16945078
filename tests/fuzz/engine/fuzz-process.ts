/**
 * Runs cases of one target, one after the other, in a process of its own: whoever started it can end it when a case hangs, and knows which one that was.
 * The argument is a FuzzTask as JSON.
 */
import { writeFileSync, writeSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import { Draw } from './draw.ts';
import { describeFinding, refusalCode } from './judge.ts';
import { makeInput } from './make-input.ts';
import { PeakMemory } from './peak-memory.ts';
import { type FuzzTask, type Report, reportDescriptor } from './report.ts';
import { Finding, type FuzzTarget, type OpenTarget } from './target.ts';

const task = JSON.parse(process.argv[2] ?? '') as FuzzTask;
const { targets } = (await import(task.targetsModule)) as { targets: readonly FuzzTarget[] };
const target = targets.find(({ name }) => name === task.target);
if (target === undefined) throw new Error(`there is no target ${task.target}`);

/** What was thrown where nobody waited for it. */
const strays: unknown[] = [];

let peakBytes = 0;
{
  await using open = await target.open();
  if (task.writeInputTo === undefined) await runCases(open, target);
  else writeFileSync(task.writeInputTo, makeInput(open, drawOf(task.from)));
}
// Whoever started it ends it now: what a library has left open must not keep it.
tell({ kind: 'done', peakBytes });

async function runCases(open: OpenTarget, limits: FuzzTarget): Promise<void> {
  using memory = new PeakMemory();
  process.on('unhandledRejection', (reason) => strays.push(reason));
  process.on('uncaughtException', (error) => strays.push(error));
  tell({ kind: 'ready' });
  for (let index = task.from; index < task.to; index++) {
    memory.begin();
    try {
      const outcome = await outcomeOf(open, index);
      assertModest(memory, limits);
      tell({ kind: 'case', index, outcome });
    } catch (error) {
      tell({ kind: 'finding', index, what: describeFinding(error) });
      // Memory that is not given back would be every later case's fault.
      if (memory.peakBytes() > limits.processBytesMax) process.kill(process.pid, 'SIGKILL');
    }
    peakBytes = Math.max(peakBytes, memory.peakBytes());
  }
  try {
    await open.finish?.();
  } catch (error) {
    tell({ kind: 'finding', index: task.to - 1, what: `after all cases: ${describeFinding(error)}` });
  }
}

async function outcomeOf(open: OpenTarget, index: number): Promise<string> {
  const draw = drawOf(index);
  const input = makeInput(open, draw);
  const [end] = await Promise.allSettled([open.run(input, draw).catch(refusalCode)]);
  // Rejections that nobody handles are told a turn later.
  await turn();
  const [stray] = strays.splice(0);
  if (stray !== undefined) throw new Finding(`outside of what was awaited: ${describeFinding(stray)}`);
  if (end.status === 'rejected') throw end.reason;
  return end.value;
}

function assertModest(memory: PeakMemory, { caseBytesMax, processBytesMax }: FuzzTarget): void {
  if (memory.riseBytes() > caseBytesMax) {
    throw new Finding(
      `the case took ${mebibytes(memory.riseBytes())}, of ${mebibytes(caseBytesMax)} at most`,
    );
  }
  if (memory.peakBytes() > processBytesMax) {
    throw new Finding(
      `all cases took ${mebibytes(memory.peakBytes())}, of ${mebibytes(processBytesMax)} at most`,
    );
  }
}

function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(0)} MiB`;
}

function drawOf(index: number): Draw {
  return new Draw(task.target, task.seed, index);
}

function tell(report: Report): void {
  writeSync(reportDescriptor, `${JSON.stringify(report)}\n`);
}
