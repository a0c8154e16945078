import assert from 'node:assert/strict';
import { create } from '@bufbuild/protobuf';
import { HepastageError, Sequence, SeriesChoiceSchema, type SeriesReport } from '@hepastage/proto';
import { selectSeries, type Selection } from '../select-series.ts';
import { type SeriesDraft, stackOf } from './study-builder.ts';

/** What a request names. */
export interface Named {
  readonly t1w?: string;
  readonly t2w?: string;
}

/** A T1W and a T2W, and the finding of a series that gives no volume. */
export const vibe = { tr: 4.3, te: 1.9, fa: 9, ss: 'GR', sv: 'SP', dims: 3 } as const;
export const tse = { tr: 4000, te: 85, fa: 150, etl: 16, ss: 'SE', dims: 2, slices: 36, step: 7 } as const;
export const broken = [
  { code: 'TILTED_SLICES', severity: 'SEVERE', message: 'The slices are shifted.' },
] as const;

export function select(drafts: readonly SeriesDraft[], choice: Named = {}): Selection {
  return selectSeries(drafts.map(stackOf), create(SeriesChoiceSchema, choice));
}

/** `number` or `number/part` of what was chosen. */
export function chosenOf(
  drafts: readonly SeriesDraft[],
  choice?: Named,
): { t1w: string | undefined; t2w: string | undefined } {
  const { chosen } = select(drafts, choice);
  const place = (sequence: Sequence): string | undefined => {
    const series = chosen.get(sequence)?.series;
    return series && `${series.seriesNumber}/${series.part}`;
  };
  return { t1w: place(Sequence.T1W), t2w: place(Sequence.T2W) };
}

export function reportOf(drafts: readonly SeriesDraft[], number: number, choice?: Named): SeriesReport {
  return select(drafts, choice).reports.find(({ seriesNumber }) => seriesNumber === number)!;
}

export function failure(run: () => unknown): HepastageError {
  try {
    run();
  } catch (error) {
    if (error instanceof HepastageError) return error;
    throw error;
  }
  return assert.fail('nothing was thrown');
}
