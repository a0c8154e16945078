import {
  decodeJson,
  type Preprocessing,
  type PreprocessingJson,
  PreprocessingSchema,
} from '@hepastage/proto';

/** Small and plain instructions, changed by `changes`. */
export function preprocessing(changes: PreprocessingJson = {}): Preprocessing {
  return decodeJson(PreprocessingSchema, {
    spacingMm: 3,
    height: 40,
    width: 48,
    slices: 8,
    minSliceSpacingMm: 3,
    liverMarginMm: 12,
    lowerPercentile: 1,
    upperPercentile: 99,
    ...changes,
  });
}
