/** How a check ended. Skipped is neither: it could not look, and says so. */
export interface CheckOutcome {
  readonly verdict: 'ok' | 'failed' | 'skipped';
  /** What to tell when it is not ok: what was found, or in one line why nothing could be looked for. */
  readonly output: string;
}

/** Ok if there are none. */
export function outcomeOf(problems: readonly string[]): CheckOutcome {
  return { verdict: problems.length === 0 ? 'ok' : 'failed', output: problems.join('\n') };
}
