import type { Comparison } from './validate.ts';

export function comparisonLines(comparison: Comparison): string {
  const { real, simulated, ratio, studies, studiesPerSecond } = comparison;
  const line = (name: 'p50' | 'p95') =>
    `${name}: real ${real[name].toFixed(3)} s, simulated ${simulated[name].toFixed(3)} s, ratio ${ratio[name].toFixed(2)}`;
  return [
    `${studies} phantom studies, ${studiesPerSecond.toFixed(1)} a second, one worker; load average before ${comparison.loadBefore.toFixed(1)}`,
    `time to result ${line('p50')}; ${line('p95')}`,
    `cores busy with the worker: real ${(100 * comparison.realUtilisation).toFixed(0)} %, simulated ${(100 * comparison.simulatedUtilisation).toFixed(0)} %`,
  ].join('\n');
}
