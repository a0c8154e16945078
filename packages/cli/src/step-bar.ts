import { Presets, SingleBar } from 'cli-progress';

/** A progress bar on standard error that names the present step; nothing where nobody watches. */
export function stepBar(wanted: boolean): { show(step: string, fraction: number): void; stop(): void } {
  if (!wanted || !process.stderr.isTTY) return { show: () => {}, stop: () => {} };
  const bar = new SingleBar(
    { format: '{bar} {percentage}% {step}', stream: process.stderr, hideCursor: true },
    Presets.shades_classic,
  );
  bar.start(1, 0, { step: '' });
  return {
    show: (step, fraction) => bar.update(fraction, { step: step.toLowerCase() }),
    stop: () => bar.stop(),
  };
}
