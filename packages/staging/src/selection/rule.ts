import type { Predicate } from './predicates.ts';
import type { SeriesFacts } from './series-facts.ts';

export type SequenceName = 'T1W' | 'T2W';

/** Says of a series what it is. Of a table of them, the first that holds decides. */
export interface DecisionRule {
  readonly rule: string;
  readonly decides: 'REJECT' | SequenceName;
  /**
   * PHYSICS: what the scanner wrote of its own settings. HEADER: a coded statement. WORDS: what people typed. GEOMETRY: where the images lie. NONE:
   * nothing told.
   */
  readonly by: 'PHYSICS' | 'HEADER' | 'WORDS' | 'GEOMETRY' | 'NONE';
  readonly when: Predicate;
  /** For people. */
  readonly reason: string | ((facts: SeriesFacts) => string);
  /** Where a reader can check the reason. */
  readonly source: string;
  /** Also holds for a series whose sender named its sequence: what can't be staged, whoever says so. */
  readonly always?: true;
}

/** Speaks for a candidate of these sequences, or against it. */
export interface Preference {
  readonly preference: string;
  readonly sequences: readonly SequenceName[];
  readonly weight: number;
  readonly when: Predicate;
  /** For people: follows "preferred for: ". */
  readonly reason: string;
}

/** Something a reader should know of a candidate for this sequence. */
export interface Doubt {
  readonly code: string;
  readonly sequence: SequenceName;
  readonly severity: 'INFO' | 'WARNING';
  readonly when: Predicate;
  readonly message: string;
}
