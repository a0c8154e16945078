import { readFile } from 'node:fs/promises';
import { cpus } from 'node:os';

/** Linux counts CPU time in hundredths of a second, whatever its kernel's tick (`getconf CLK_TCK`). */
const ticksPerSecond = 100;

export interface CpuSeconds {
  /** Of all threads. */
  readonly process: number;
  /** Of the thread that runs JavaScript and answers: no further core makes it faster. */
  readonly mainThread: number;
}

/** CPU time that a process has taken so far. */
export async function cpuSecondsOf(pid: number): Promise<CpuSeconds> {
  const [process, mainThread] = await Promise.all([
    secondsIn(`/proc/${pid}/stat`),
    secondsIn(`/proc/${pid}/task/${pid}/stat`),
  ]);
  return { process, mainThread };
}

/** CPU time that all processes of the machine have taken so far, s. */
export function machineCpuSeconds(): number {
  return (
    cpus().reduce((sum, { times: { user, nice, sys, irq } }) => sum + user + nice + sys + irq, 0) / 1_000
  );
}

/** CPU time that a process takes for `work`. */
export async function cpuSecondsFor(pid: number, work: () => Promise<void>): Promise<CpuSeconds> {
  const before = await cpuSecondsOf(pid);
  await work();
  const after = await cpuSecondsOf(pid);
  return {
    process: after.process - before.process,
    mainThread: after.mainThread - before.mainThread,
  };
}

async function secondsIn(file: string): Promise<number> {
  const text = await readFile(file, 'utf8');
  // The program's name, in brackets, may hold blanks. After it: state, and utime and stime as the 12th and 13th field.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}
