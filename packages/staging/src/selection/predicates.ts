import type { SeriesFacts } from './series-facts.ts';
import { imageTypes, words } from './words.ts';

/** Something that holds of a series or not. What the header does not state never holds. */
export type Predicate = (facts: SeriesFacts) => boolean;

export const all =
  (...parts: readonly Predicate[]): Predicate =>
  (facts) =>
    parts.every((part) => part(facts));
export const any =
  (...parts: readonly Predicate[]): Predicate =>
  (facts) =>
    parts.some((part) => part(facts));
export const not =
  (part: Predicate): Predicate =>
  (facts) =>
    !part(facts);

type NumberFact = {
  [K in keyof SeriesFacts]: SeriesFacts[K] extends number | undefined ? K : never;
}[keyof SeriesFacts];
type TermsFact = {
  [K in keyof SeriesFacts]: SeriesFacts[K] extends ReadonlySet<string> ? K : never;
}[keyof SeriesFacts];

/** The number is stated and lies between both bounds, which belong to the range. */
export const between =
  (fact: NumberFact, min: number, max: number): Predicate =>
  (facts) => {
    const value = facts[fact];
    return value !== undefined && value >= min && value <= max;
  };
export const atLeast = (fact: NumberFact, min: number): Predicate => between(fact, min, Infinity);
export const above = (fact: NumberFact, min: number): Predicate =>
  all(atLeast(fact, min), not(between(fact, min, min)));
export const below = (fact: NumberFact, max: number): Predicate =>
  all(between(fact, -Infinity, max), not(between(fact, max, max)));
const stated =
  (fact: NumberFact): Predicate =>
  (facts) =>
    facts[fact] !== undefined;
export const has =
  (fact: TermsFact, ...terms: readonly string[]): Predicate =>
  (facts) =>
    terms.some((term) => facts[fact].has(term));

/** Its words say so. */
export const says = (...concepts: readonly (keyof typeof words)[]): Predicate =>
  has('words', ...concepts.flatMap((concept) => words[concept]));
/** Its Image Type says so. */
export const typed = (...concepts: readonly (keyof typeof imageTypes)[]): Predicate =>
  has('imageType', ...concepts.flatMap((concept) => imageTypes[concept]));
/** Acquisition Contrast of an enhanced object, or the Image Type that repeats it (PS3.3, C.8.13.1.1.1), is one of these. */
export const coded =
  (...values: readonly string[]): Predicate =>
  (facts) =>
    values.some((value) => facts.acquisitionContrast === value || facts.imageType.has(value));

export const gradientEcho: Predicate = ({ family }) => family === 'gradient echo';
export const spinEcho: Predicate = ({ family }) => family === 'spin echo';
export const echoPlanar: Predicate = ({ family }) => family === 'echo planar';
export const axial: Predicate = ({ plane }) => plane === 'axial';
export const threeDimensional: Predicate = between('acquisitionDimensions', 3, 3);
export const contrastAgent: Predicate = (facts) => facts.contrastAgent;

/** Fat and water are told apart by their phases, and this is the water (Dixon): as good as fat suppression. */
export const dixonWater: Predicate = any(
  typed('water'),
  all(says('water'), not(typed('fat', 'chemicalShift'))),
);
export const fatSuppressed: Predicate = any(
  (facts) => facts.fatSuppressed === true,
  dixonWater,
  says('fatSuppressed'),
);

/** T1 of the liver at 3 T, ms (de Bazelaire et al., Radiology 2004; 586 ms at 1.5 T). */
const liverT1Ms = 809;

/**
 * The flip angle reaches the Ernst angle of liver, acos(exp(−TR/T1)): below it a spoiled gradient echo hardly weights by T1 and becomes proton density
 * (Bernstein et al., Handbook of MRI Pulse Sequences, §14.1).
 */
const reachesErnstAngle: Predicate = ({ repetitionTimeMs, flipAngleDegrees }) =>
  repetitionTimeMs !== undefined &&
  flipAngleDegrees !== undefined &&
  flipAngleDegrees >= (Math.acos(Math.exp(-repetitionTimeMs / liverT1Ms)) * 180) / Math.PI;

/** Echo in the middle between two excitations: where a balanced gradient echo refocuses. */
const echoInTheMiddle: Predicate = ({ repetitionTimeMs, echoTimeMs }) =>
  repetitionTimeMs !== undefined &&
  echoTimeMs !== undefined &&
  Math.abs(echoTimeMs / repetitionTimeMs - 0.5) <= 0.15;
const spoiled: Predicate = has('sequenceVariant', 'SP');
const steadyState: Predicate = all(has('sequenceVariant', 'SS', 'TRSS'), not(spoiled));

export const balancedGradientEcho: Predicate = all(
  gradientEcho,
  atLeast('flipAngleDegrees', 35),
  any(all(below('repetitionTimeMs', 10), echoInTheMiddle), steadyState),
);
/** So small an angle that no balanced sequence would be run with it. */
export const smallFlipAngle: Predicate = below('flipAngleDegrees', 30);

const shortEcho: Predicate = between('echoTimeMs', 0, 7);
/** What T1W in the liver is made of: short TR, short TE, and an angle that saturates. */
export const t1SpoiledGradientEcho: Predicate = all(
  gradientEcho,
  shortEcho,
  between('repetitionTimeMs', 1, 400),
  any(not(stated('flipAngleDegrees')), reachesErnstAngle),
  not(balancedGradientEcho),
);
export const t1InversionGradientEcho: Predicate = all(
  gradientEcho,
  shortEcho,
  between('inversionTimeMs', 200, 1500),
  above('repetitionTimeMs', 400),
);
export const t1SpinEcho: Predicate = all(
  spinEcho,
  between('echoTimeMs', 0, 30),
  between('repetitionTimeMs', 200, 1000),
);
/** Whatever the TR: single shots (HASTE, SSFSE) excite once, and their TR is only the pace of slices. */
export const t2SpinEcho: Predicate = all(
  any(
    spinEcho,
    all((facts) => facts.family === undefined, atLeast('repetitionTimeMs', 1500)),
  ),
  between('echoTimeMs', 50, 250),
  atLeast('repetitionTimeMs', 400),
  not(atLeast('inversionTimeMs', 1500)),
);
export const protonDensityGradientEcho: Predicate = all(
  gradientEcho,
  between('repetitionTimeMs', 1, 400),
  stated('flipAngleDegrees'),
  not(reachesErnstAngle),
);
export const protonDensitySpinEcho: Predicate = all(
  spinEcho,
  below('echoTimeMs', 50),
  atLeast('repetitionTimeMs', 1500),
  not(stated('inversionTimeMs')),
);
/** Timing alone makes it T1W or T2W. Words that speak against it are not believed. */
export const timingDecides: Predicate = any(
  t1SpoiledGradientEcho,
  t1InversionGradientEcho,
  t1SpinEcho,
  t2SpinEcho,
);
