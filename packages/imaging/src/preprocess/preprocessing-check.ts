import { ErrorCode, HepastageError, type Preprocessing, type PreprocessingJson } from '@hepastage/proto';

/** Far above any use, far below what would exhaust memory. */
const pixelsPerSideMax = 1024;
const slicesMax = 256;

/** Refuses instructions that make no slices. Throws INVALID_MODEL: they come from a model's manifest. */
export function checkPreprocessing(how: Preprocessing): void {
  const rules: readonly [field: keyof PreprocessingJson, isValid: boolean, expected: string][] = [
    ['spacingMm', how.spacingMm >= 0.1 && how.spacingMm <= 20, '0.1 to 20'],
    ['height', how.height >= 1 && how.height <= pixelsPerSideMax, `1 to ${pixelsPerSideMax}`],
    ['width', how.width >= 1 && how.width <= pixelsPerSideMax, `1 to ${pixelsPerSideMax}`],
    ['slices', how.slices >= 1 && how.slices <= slicesMax, `1 to ${slicesMax}`],
    ['minSliceSpacingMm', how.minSliceSpacingMm >= 0 && how.minSliceSpacingMm < Infinity, 'at least 0'],
    ['liverMarginMm', how.liverMarginMm >= 0 && how.liverMarginMm < Infinity, 'at least 0'],
    ['lowerPercentile', how.lowerPercentile >= 0 && how.lowerPercentile < 100, '0 up to 100'],
    [
      'upperPercentile',
      how.upperPercentile > how.lowerPercentile && how.upperPercentile <= 100,
      `above lowerPercentile (${how.lowerPercentile}), at most 100`,
    ],
  ];
  const broken = rules.find(([, isValid]) => !isValid);
  if (broken === undefined) return;
  const [field, , expected] = broken;
  throw new HepastageError(ErrorCode.INVALID_MODEL, {
    what: 'the preprocessing is impossible',
    where: `preprocessing.${field}`,
    expected,
    received: how[field],
    action: 'correct the model manifest',
  });
}
