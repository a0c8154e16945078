import type { CheckOutcome } from './outcome.ts';

const labels = { ok: 'ok     ', failed: 'FAILED ', skipped: 'skipped' } as const;

/** One line, and below it what was found if the check failed. */
export function describeCheck(name: string, { verdict, output }: CheckOutcome, seconds: number): string {
  const label = labels[verdict];
  if (verdict === 'skipped') return `${label} ${name}: ${output}`;
  const line = `${label} ${name} (${seconds.toFixed(1)} s)`;
  return verdict === 'ok' ? line : `${line}\n${output.replaceAll(/^/gm, '        ')}`;
}

/** `every check is ok, 1 skipped`, `2 of 12 checks failed`. */
export function describeChecks(outcomes: readonly CheckOutcome[]): string {
  const count = (verdict: CheckOutcome['verdict']) =>
    outcomes.filter((outcome) => outcome.verdict === verdict).length;
  const [failed, skipped] = [count('failed'), count('skipped')];
  const result = failed === 0 ? 'every check is ok' : `${failed} of ${outcomes.length} checks failed`;
  return skipped === 0 ? result : `${result}, ${skipped} skipped`;
}
