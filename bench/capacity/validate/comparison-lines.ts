import type { Comparison } from './validate.ts';

/** Cores from which other work decides how long a study takes. */
const otherCoresMax = 0.6;

export function comparisonLines(comparison: Comparison): string {
  const { real, simulated, ratio, studies, studiesPerSecond } = comparison;
  const line = (name: 'p50' | 'p95') =>
    `${name}: real ${real[name].toFixed(3)} s, simulated ${simulated[name].toFixed(3)} s, ratio ${ratio[name].toFixed(2)}`;
  return [
    `${studies} phantom studies, ${studiesPerSecond.toFixed(1)} a second, one worker; everything else took ${comparison.otherCores.toFixed(2)} cores`,
    `time to result ${line('p50')}; ${line('p95')}`,
    `cores busy with the worker: real ${(100 * comparison.realUtilisation).toFixed(0)} %, simulated ${(100 * comparison.simulatedUtilisation).toFixed(0)} %`,
    ...(comparison.otherCores > otherCoresMax
      ? ['the machine was busy with something else: the ratios say nothing']
      : []),
  ].join('\n');
}
