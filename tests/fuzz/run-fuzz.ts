import { keepFinding } from './engine/finding-file.ts';
import { runTarget, type RunLimits, type TargetRun } from './engine/run-target.ts';
import type { FuzzTarget } from './engine/target.ts';

export interface FuzzRun {
  /** Cases of all targets together. */
  readonly cases: number;
  readonly seed: number;
  /** The only case of each target that is run. */
  readonly index?: number | undefined;
  /** Module that exports `targets`, those given here among them. */
  readonly targetsModule: string;
  readonly findingsFolder: string;
  readonly limits?: Partial<RunLimits>;
  readonly say: (line: string) => void;
}

const usualLimits: RunLimits = { caseMsMax: 20_000, findingsMax: 10 };

/** Runs the cases of the targets, shared out by their weights, target by target; tells of each, and of every finding. */
export async function runFuzz(targets: readonly FuzzTarget[], run: FuzzRun): Promise<TargetRun[]> {
  const runs: TargetRun[] = [];
  const weights = targets.reduce((sum, { weight }) => sum + weight, 0);
  for (const { name, weight } of targets) {
    const from = run.index ?? 0;
    const to = run.index === undefined ? Math.ceil((run.cases * weight) / weights) : from + 1;
    const task = { targetsModule: run.targetsModule, target: name, seed: run.seed, from, to };
    const ran = await runTarget(task, { ...usualLimits, ...run.limits });
    run.say(describeRun(ran));
    for (const found of ran.findings) run.say(await keepFinding(found, run.findingsFolder, task));
    runs.push(ran);
  }
  run.say(summaryOf(runs, run.seed));
  return runs;
}

/** `nifti: 2000 cases in 3.1 s, 120 MiB: 800 accepted, 700 INVALID_HEADER, …` */
function describeRun({ target, cases, outcomes, peakBytes, seconds }: TargetRun): string {
  const counts = [...outcomes]
    .toSorted(([, a], [, b]) => b - a)
    .map(([outcome, count]) => `${count} ${outcome}`);
  const memory = `${Math.round(peakBytes / 2 ** 20)} MiB`;
  return `${target}: ${cases} cases in ${seconds.toFixed(1)} s, ${memory}: ${counts.join(', ')}`;
}

/** `fuzz: 20000 cases, 0 findings, seed 1` */
function summaryOf(runs: readonly TargetRun[], seed: number): string {
  const cases = runs.reduce((sum, ran) => sum + ran.cases, 0);
  const findings = runs.reduce((sum, ran) => sum + ran.findings.length, 0);
  return `fuzz: ${cases} cases, ${findings} findings, seed ${seed}`;
}
