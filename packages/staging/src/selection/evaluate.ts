import type { Stack } from '@hepastage/imaging';
import { Sequence } from '@hepastage/proto';
import { compareStacks } from './order.ts';
import { axialFirst, preferences } from './preferences.ts';
import type { DecisionRule, Preference, SequenceName } from './rule.ts';
import { decisions } from './rules.ts';
import type { SeriesFacts } from './series-facts.ts';
import { factsOf } from './study-facts.ts';

/** A series, what is known of it, and what the rules make of it. */
export interface Assessment {
  readonly stack: Stack;
  readonly facts: SeriesFacts;
  /** What it is by itself, whatever its sender says. */
  readonly decision: DecisionRule;
  /** Why it can't be staged whoever says so; undefined where it can. */
  readonly refusal: DecisionRule | undefined;
}

/** The series of a study under the rules, in the order of `compareStacks`. */
export function assess(stacks: readonly Stack[]): Assessment[] {
  const sorted = stacks.toSorted(compareStacks);
  return factsOf(sorted).map((facts, index) => ({
    stack: sorted[index]!,
    facts,
    decision: decide(facts),
    refusal: decisions.find(({ always, when }) => always === true && when(facts)),
  }));
}

/** The first row that holds: the last always does. */
export function decide(facts: SeriesFacts): DecisionRule {
  return decisions.find(({ when }) => when(facts))!;
}

/** Why a series that is no candidate was passed over. Its sender's word is held against nothing but what always holds. */
export function rejectionOf({ facts, decision, refusal }: Assessment): DecisionRule {
  return facts.named === Sequence.SEQUENCE_UNSPECIFIED ? decision : (refusal ?? decision);
}

export function reasonOf({ reason }: DecisionRule, facts: SeriesFacts): string {
  return typeof reason === 'string' ? reason : reason(facts);
}

/** Preferences that hold of the series as this sequence, weightiest first. */
export function preferencesMet(facts: SeriesFacts, sequence: SequenceName): Preference[] {
  return preferences
    .filter(({ sequences, when }) => sequences.includes(sequence) && when(facts))
    .toSorted((a, b) => Math.abs(b.weight) - Math.abs(a.weight));
}

export function scoreOf(facts: SeriesFacts, sequence: SequenceName): number {
  return preferencesMet(facts, sequence).reduce((sum, { weight }) => sum + weight, 0);
}

/** The best first: by score, then coverage, then number of slices, then the order of the study. */
export function ranked(candidates: readonly Assessment[], sequence: SequenceName): Assessment[] {
  const scores = new Map(candidates.map((candidate) => [candidate, scoreOf(candidate.facts, sequence)]));
  return candidates.toSorted(
    (a, b) =>
      scores.get(b)! - scores.get(a)! ||
      (b.facts.coverageMm ?? 0) - (a.facts.coverageMm ?? 0) ||
      b.facts.slices - a.facts.slices ||
      compareStacks(a.stack, b.stack),
  );
}

/**
 * As `ranked`, for series that people named: what the rules take for this sequence comes first, what they reject last, and axial ones before others.
 */
export function rankedAsNamed(candidates: readonly Assessment[], sequence: SequenceName): Assessment[] {
  const tier = ({ decision: { decides }, facts }: Assessment): number => {
    const kind = decides === sequence ? 0 : decides === 'REJECT' ? 2 : 1;
    return 2 * kind + Number(!axialFirst.keeps(facts));
  };
  return ranked(candidates, sequence).toSorted((a, b) => tier(a) - tier(b));
}

export const sequenceNames = ['T1W', 'T2W'] as const satisfies readonly SequenceName[];

export function isNamed({ facts }: Assessment, sequence: SequenceName): boolean {
  return facts.named === Sequence[sequence];
}
