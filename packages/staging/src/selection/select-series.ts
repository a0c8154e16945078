import type { Stack } from '@hepastage/imaging';
import { ErrorCode, HepastageError, Sequence, type SeriesChoice, type SeriesReport } from '@hepastage/proto';
import { assertDifferent, chosenByRequest } from './choice.ts';
import {
  type Assessment,
  assess,
  isNamed,
  ranked,
  rankedAsNamed,
  rejectionOf,
  sequenceNames,
} from './evaluate.ts';
import { axialFirst } from './preferences.ts';
import { reportOf } from './report.ts';
import type { SequenceName } from './rule.ts';
import { beaten, type Grounds, rejected, staged, type Verdict } from './verdict.ts';

export interface Selection {
  /** At most two sequences. */
  readonly chosen: ReadonlyMap<Sequence, Stack>;
  /** Of every series of the study, by series number, SeriesInstanceUID and part. */
  readonly reports: SeriesReport[];
}

interface Pick {
  readonly winner: Assessment;
  readonly losers: readonly Assessment[];
  readonly grounds: Grounds;
}

/**
 * Which series of a study is the T1W and which the T2W. For each: the one that the request names; else the best of those that their sender named; else
 * the best of those that the rules take for it. Does not depend on the order of the stacks. Throws NO_SUITABLE_SERIES where neither is found,
 * SERIES_NOT_FOUND where the request names what is not there, and where nothing that the sender named as a sequence can be staged what is wrong with it:
 * whoever sends two sequences by name must not get the stage of one.
 */
export function selectSeries(stacks: readonly Stack[], choice: SeriesChoice | undefined): Selection {
  const study = assess(stacks);
  const selection = judge(study, choice);
  for (const sequence of sequenceNames) {
    const named = study.filter((one) => isNamed(one, sequence));
    if (named.length > 0 && !selection.chosen.has(Sequence[sequence])) throw unusableAs(sequence, named);
  }
  if (selection.chosen.size === 0) throw noSuitableSeries(study);
  return selection;
}

/** As `selectSeries`, for those who want the reports even where nothing is chosen. Throws SERIES_NOT_FOUND. */
export function judgeSeries(stacks: readonly Stack[], choice: SeriesChoice | undefined): Selection {
  return judge(assess(stacks), choice);
}

function judge(study: readonly Assessment[], choice: SeriesChoice | undefined): Selection {
  const requested = new Map<SequenceName, Assessment>();
  for (const sequence of sequenceNames) {
    const named = choice?.[sequence === 'T1W' ? 't1w' : 't2w'] ?? '';
    if (named !== '') requested.set(sequence, chosenByRequest(named, sequence, study));
  }
  if (requested.size === 2) assertDifferent([...requested.values()], study);

  const taken = new Set(requested.values());
  const picks = new Map<SequenceName, Pick>();
  for (const sequence of sequenceNames) {
    const pick = pickOf(study, sequence, requested.get(sequence), taken);
    if (pick !== undefined) picks.set(sequence, pick);
  }

  const verdicts = verdictsOf(picks);
  return {
    chosen: new Map([...picks].map(([sequence, { winner }]) => [Sequence[sequence], winner.stack])),
    reports: study.map((assessment) =>
      reportOf(assessment, verdicts.get(assessment) ?? rejected(assessment)),
    ),
  };
}

/** The series that is staged as `sequence`, and those that it beats; undefined where there is none. */
function pickOf(
  study: readonly Assessment[],
  sequence: SequenceName,
  requested: Assessment | undefined,
  taken: ReadonlySet<Assessment>,
): Pick | undefined {
  const open = study.filter((one) => !taken.has(one) && one.refusal === undefined);
  const named = rankedAsNamed(
    open.filter((one) => isNamed(one, sequence)),
    sequence,
  );
  const found = axialOnes(
    ranked(
      open.filter(
        ({ facts, decision }) =>
          facts.named === Sequence.SEQUENCE_UNSPECIFIED && decision.decides === sequence,
      ),
      sequence,
    ),
  );
  const candidates = [...named, ...found];
  if (requested !== undefined) return { winner: requested, losers: candidates, grounds: 'REQUEST' };
  const [winner, ...losers] = candidates;
  if (winner === undefined) return undefined;
  return { winner, losers, grounds: named.length > 0 ? 'SENDER' : 'RULES' };
}

/** Axial ones before all others. */
function axialOnes(candidates: readonly Assessment[]): Assessment[] {
  return candidates.toSorted((a, b) => Number(axialFirst.keeps(b.facts)) - Number(axialFirst.keeps(a.facts)));
}

function verdictsOf(picks: ReadonlyMap<SequenceName, Pick>): ReadonlyMap<Assessment, Verdict> {
  const verdicts = new Map<Assessment, Verdict>();
  for (const [sequence, { winner, losers, grounds }] of picks) {
    for (const loser of losers) verdicts.set(loser, beaten(loser, winner, sequence, grounds));
  }
  for (const [sequence, { winner, grounds }] of picks)
    verdicts.set(winner, staged(winner, sequence, grounds));
  return verdicts;
}

/** What keeps the series that its sender named from being staged. */
function unusableAs(sequence: SequenceName, named: readonly Assessment[]): HepastageError {
  const broken = named.find(({ facts }) => facts.unusable !== undefined)?.facts.unusable;
  const code = broken?.code ?? '';
  return new HepastageError(
    code in ErrorCode ? ErrorCode[code as keyof typeof ErrorCode] : ErrorCode.NO_SUITABLE_SERIES,
    {
      what: broken?.message.replace(/\.$/, '') ?? 'none of its series can be staged',
      where: sequence.toLowerCase(),
      ...(broken === undefined && { received: countsOf(named) }),
      action: 'send another series, or export this one again, whole and as the scanner made it',
    },
  );
}

function noSuitableSeries(study: readonly Assessment[]): HepastageError {
  return new HepastageError(ErrorCode.NO_SUITABLE_SERIES, {
    what: 'no series of the study can be staged as T1W or T2W of the liver',
    expected: 'an axial T1W or T2W series of the abdomen',
    received: countsOf(study) || 'no series',
    action: 'send the whole study, or name a series in the request',
  });
}

/** How many series each rule passed over, most first: `4 DIFFUSION, 1 NO_VOLUME (TILTED_SLICES)`. */
function countsOf(study: readonly Assessment[]): string {
  const byRule = Map.groupBy(study, (assessment) => rejectionOf(assessment).rule);
  return [...byRule]
    .toSorted(([, a], [, b]) => b.length - a.length)
    .map(
      ([rule, { length }]) =>
        `${length} ${rule}${rule === 'NO_VOLUME' ? ` (${causesOf(byRule.get(rule)!)})` : ''}`,
    )
    .join(', ');
}

function causesOf(unusable: readonly Assessment[]): string {
  return [...new Set(unusable.map(({ facts }) => facts.unusable?.code))].join(', ');
}
