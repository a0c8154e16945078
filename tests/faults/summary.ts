import type { Violation } from './oracle/oracle.ts';
import type { FaultOutcome } from './run-scenario.ts';

/** `worker-kills: 200 accepted, 200 succeeded, 12 faults, 0 violations in 61.0 s` */
export function summaryOfRun(
  name: string,
  { accepted, succeeded, faults, violations, seconds }: FaultOutcome,
): string {
  return `${name}: ${accepted} accepted, ${succeeded} succeeded, ${faults} faults, ${violations.length} violations in ${seconds.toFixed(1)} s`;
}

/** `faults: 200 studies accepted, 200 succeeded, 0 failed, 0 lost, 0 doubled, 0 wrong; 12 kills, seed 1`; what was violated besides stands behind the seed. */
export function summaryOf(outcomes: readonly FaultOutcome[], seed: number): string {
  const sum = (of: (outcome: FaultOutcome) => number) =>
    outcomes.reduce((total, outcome) => total + of(outcome), 0);
  const count = (kind: Violation['kind']) =>
    sum(({ violations }) => violations.filter((violation) => violation.kind === kind).length);
  const counted = ['failed', 'lost', 'doubled', 'wrong'] as const;
  const others = (['refused', 'unsaid', 'leftover', 'contradiction'] as const).filter(
    (kind) => count(kind) > 0,
  );
  return [
    `faults: ${sum(({ accepted }) => accepted)} studies accepted, ${sum(({ succeeded }) => succeeded)} succeeded, `,
    counted.map((kind) => `${count(kind)} ${kind}`).join(', '),
    `; ${sum(({ faults }) => faults)} kills, seed ${seed}`,
    others.map((kind) => `; ${count(kind)} ${kind}`).join(''),
  ].join('');
}
