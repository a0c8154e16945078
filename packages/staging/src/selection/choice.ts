import { ErrorCode, HepastageError } from '@hepastage/proto';
import { type Assessment, rankedAsNamed } from './evaluate.ts';
import type { SequenceName } from './rule.ts';

/** Most series numbers that a message lists. */
const numbersListedMax = 40;

/**
 * The series that an operator's choice means: a SeriesInstanceUID, or a series number. Of several (echoes, time points, components) the best by the
 * rules. It overrides all rules but one: it must make a volume. Throws SERIES_NOT_FOUND.
 */
export function chosenByRequest(
  choice: string,
  sequence: SequenceName,
  study: readonly Assessment[],
): Assessment {
  const named = study.filter((assessment) => isMeant(choice, assessment));
  if (named.length === 0)
    throw notFound(`the study has no series that is named as ${sequence}`, sequence, study);
  const [best] = rankedAsNamed(
    named.filter(({ facts }) => facts.unusable === undefined),
    sequence,
  );
  if (best === undefined) {
    const { code, message } = named[0]!.facts.unusable!;
    throw notFound(
      `the series that is named as ${sequence} can't be used, ${code}: ${withoutStop(message)}`,
      sequence,
      study,
    );
  }
  return best;
}

/** Throws SERIES_NOT_FOUND where both choices come out as one volume. */
export function assertDifferent(chosen: readonly Assessment[], study: readonly Assessment[]): void {
  const [one, other] = chosen;
  if (one === undefined || one !== other) return;
  throw notFound('one series is named as T1W and as T2W, and it holds one volume', 'T2W', study);
}

function isMeant(choice: string, { stack: { series } }: Assessment): boolean {
  const text = choice.trim();
  return (
    text === series.seriesInstanceUid || (/^-?\d{1,10}$/.test(text) && Number(text) === series.seriesNumber)
  );
}

/** What the request named is not repeated: it may be a UID of the hospital's. */
function notFound(what: string, sequence: SequenceName, study: readonly Assessment[]): HepastageError {
  const numbers = [...new Set(study.map(({ stack }) => stack.series.seriesNumber))];
  const listed = numbers.slice(0, numbersListedMax).join(', ');
  const more = numbers.length > numbersListedMax ? ` and ${numbers.length - numbersListedMax} more` : '';
  return new HepastageError(ErrorCode.SERIES_NOT_FOUND, {
    what,
    where: `metadata, series.${sequence.toLowerCase()}`,
    expected: numbers.length === 0 ? 'a study with series' : `one of the series numbers ${listed}${more}`,
    action: 'name another series, or none so that series are selected',
  });
}

function withoutStop(sentence: string): string {
  return sentence.replace(/\.$/, '');
}
