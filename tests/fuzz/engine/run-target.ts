import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { watchdogOf } from '../../helpers/watchdog.ts';
import { type FuzzTask, type Report, reportDescriptor } from './report.ts';

/** A case that ended in no way that it may. */
export interface FoundCase {
  readonly target: string;
  readonly seed: number;
  readonly index: number;
  readonly what: string;
}

export interface TargetRun {
  readonly target: string;
  /** Cases that were run, findings included. */
  readonly cases: number;
  /** How many cases ended in each way: `accepted`, or the code of the refusal. */
  readonly outcomes: ReadonlyMap<string, number>;
  readonly findings: readonly FoundCase[];
  /** Most memory of a process that ran them, bytes. */
  readonly peakBytes: number;
  readonly seconds: number;
}

export interface RunLimits {
  /** Longest that one case may take, ms: a thousand times what it takes as a rule. */
  readonly caseMsMax: number;
  /** More findings than this end the run of a target. */
  readonly findingsMax: number;
}

const program = fileURLToPath(new URL('./fuzz-process.ts', import.meta.url));
/** Longest that a target may take to open, ms: one of them starts servers. */
const openMsMax = 90_000;
/** A young generation that stays small, so that a case's own memory shows; and a heap that a leak soon fills. */
const nodeOptions = ['--max-semi-space-size=2', '--max-old-space-size=512'];

/** Runs the cases of a target. A process that hangs or dies is a finding of the case it was at, and another goes on with the next one. */
export async function runTarget(task: FuzzTask, { caseMsMax, findingsMax }: RunLimits): Promise<TargetRun> {
  const begun = performance.now();
  const outcomes = new Map<string, number>();
  const findings: FoundCase[] = [];
  let peakBytes = 0;
  let next = task.from;
  const found = (index: number, what: string) =>
    findings.push({ target: task.target, seed: task.seed, index, what });
  const isEnough = () => findings.length > findingsMax;
  while (next < task.to && !isEnough()) {
    const process = startProcess({ ...task, from: next }, caseMsMax);
    let isReady = false;
    let isDone = false;
    for await (const report of process.reports) {
      // What it still says before it is dead.
      if (isEnough()) continue;
      if (report.kind === 'ready') isReady = true;
      if (report.kind === 'case') outcomes.set(report.outcome, (outcomes.get(report.outcome) ?? 0) + 1);
      if (report.kind === 'finding') found(report.index, report.what);
      if (report.kind === 'case' || report.kind === 'finding') next = Math.max(next, report.index + 1);
      if (report.kind === 'done') {
        peakBytes = Math.max(peakBytes, report.peakBytes);
        isDone = true;
      }
      if (isDone || isEnough()) process.kill();
    }
    const end = await process.ended;
    if (!isReady) throw new Error(`the target ${task.target} did not open: ${end}`);
    // It ends itself after a finding that it can't go on from.
    const hasTold = isDone || findings.at(-1)?.index === next - 1;
    if (!hasTold && next < task.to) {
      found(next, end);
      next += 1;
    }
  }
  return {
    target: task.target,
    cases: next - task.from,
    outcomes,
    findings,
    peakBytes,
    seconds: (performance.now() - begun) / 1_000,
  };
}

/** Writes the input of the case `from` to the task's file. */
export async function writeInput(task: FuzzTask & { readonly writeInputTo: string }): Promise<void> {
  const process = startProcess(task, openMsMax);
  for await (const { kind } of process.reports) if (kind === 'done') process.kill();
  await process.ended;
}

interface FuzzProcess {
  readonly reports: AsyncIterable<Report>;
  /** How it ended, in words. */
  readonly ended: Promise<string>;
  kill(): void;
}

/** `silenceMsMax`: it is killed when it reports nothing for so long. */
function startProcess(task: FuzzTask, silenceMsMax: number): FuzzProcess {
  const child = spawn(process.execPath, [...nodeOptions, program, JSON.stringify(task)], {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
  });
  // A case that hangs would outlive whoever interrupts the run.
  const watchdog = child.pid === undefined ? undefined : watchdogOf(child.pid);
  let lastWords = '';
  child.stderr
    ?.setEncoding('utf8')
    .on('data', (text: string) => (lastWords = (lastWords + text).slice(-2_000)));
  let hung = false;
  const hang = () => {
    hung = true;
    child.kill('SIGKILL');
  };
  let timer = setTimeout(hang, openMsMax);
  const closed = once(child, 'close') as Promise<[number | null, string | null]>;
  const ended = closed.then(([code, signal]) => {
    clearTimeout(timer);
    watchdog?.release();
    if (hung) return `hung: nothing was heard of the case for ${silenceMsMax} ms`;
    return `the process ended with ${signal ?? code}${lastWords === '' ? '' : `:\n${lastWords.trim()}`}`;
  });
  const reports = async function* read(): AsyncGenerator<Report> {
    for await (const line of createInterface({ input: child.stdio[reportDescriptor] as Readable })) {
      clearTimeout(timer);
      timer = setTimeout(hang, silenceMsMax);
      yield JSON.parse(line) as Report;
    }
  };
  return { reports: reports(), ended, kill: () => void child.kill('SIGKILL') };
}
