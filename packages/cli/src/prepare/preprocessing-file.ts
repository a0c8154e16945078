import {
  decodeJson,
  encodeJson,
  ErrorCode,
  HepastageError,
  type Preprocessing,
  type PreprocessingJson,
  PreprocessingSchema,
} from '@hepastage/proto';

const sequences = ['T1W', 'T2W'] as const;

/** How each sequence is prepared. */
export type PreprocessingBySequence = Readonly<Partial<Record<(typeof sequences)[number], Preprocessing>>>;

/** Parses `{"T1W": Preprocessing, "T2W": Preprocessing}` in canonical JSON; either may be missing. Throws INVALID_CONFIG. */
export function parsePreprocessing(text: string, path: string): PreprocessingBySequence {
  try {
    const json = JSON.parse(text) as Record<string, PreprocessingJson>;
    const known = sequences.filter((sequence) => json[sequence] !== undefined);
    return Object.fromEntries(
      known.map((sequence) => [sequence, decodeJson(PreprocessingSchema, json[sequence]!)]),
    );
  } catch (error) {
    throw new HepastageError(ErrorCode.INVALID_CONFIG, {
      what: 'the file holds no preprocessing',
      where: path,
      expected: '{"T1W": {"spacingMm": 2, …}, "T2W": {…}}',
      action: 'correct the file',
      cause: error,
    });
  }
}

export function preprocessingJson(by: PreprocessingBySequence): Record<string, PreprocessingJson> {
  return Object.fromEntries(
    Object.entries(by).map(([sequence, how]) => [sequence, encodeJson(PreprocessingSchema, how)]),
  );
}
