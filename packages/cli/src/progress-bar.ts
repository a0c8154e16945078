import { Presets, SingleBar } from 'cli-progress';

/** Ends with its scope (`using`): while a bar stands, its timer keeps the process alive. */
export interface ProgressBar extends Disposable {
  /** `words` fill the placeholders of the format. */
  show(value: number, words?: Readonly<Record<string, string>>): void;
}

/** Whether somebody sees a progress bar: there is a terminal, and no program that reads the output. */
export function isWatched({ json }: { readonly json?: true }): boolean {
  return json !== true && process.stderr.isTTY;
}

/** A progress bar up to `total`, on standard error so that standard output stays clean; nothing where nobody watches. */
export function progressBar(watched: boolean, format: string, total: number): ProgressBar {
  if (!watched) return { show: () => {}, [Symbol.dispose]: () => {} };
  const bar = new SingleBar(
    // The terminal stays as it is, with its cursor and its wrapping: Ctrl+C gives no chance to restore it.
    { format, stream: process.stderr, hideCursor: false, linewrap: true },
    Presets.shades_classic,
  );
  // Empty words, or the first drawing would show the names of the placeholders.
  bar.start(total, 0, Object.fromEntries(placeholders(format).map((name) => [name, ''])));
  return { show: (value, words) => bar.update(value, words ?? {}), [Symbol.dispose]: () => bar.stop() };
}

/** A bar that counts `things` up to `total`; call what is in `step` after each. */
export function countingBar(
  watched: boolean,
  things: string,
  total: number,
): Disposable & { readonly step: () => void } {
  const bar = progressBar(watched, `{bar} {value}/{total} ${things}, {eta_formatted} left`, total);
  let done = 0;
  return { step: () => bar.show(++done), [Symbol.dispose]: () => bar[Symbol.dispose]() };
}

/** What the bar itself fills in. */
const own = new Set(['bar', 'percentage', 'value', 'total', 'eta_formatted']);

function placeholders(format: string): string[] {
  return [...format.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!).filter((name) => !own.has(name));
}
