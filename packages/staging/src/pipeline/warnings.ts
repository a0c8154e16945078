import { create } from '@bufbuild/protobuf';
import { type SkippedFiles, type Warning, WarningSchema } from '@hepastage/proto';
import type { StageSet } from '../explain/stage-set.ts';
import type { ProviderChoice } from '../inference/execution-provider.ts';

/** A set of stages promises nothing as long as nobody has measured how often such sets hold the true one. */
export function stageSetWarnings({ calibrated, level }: Pick<StageSet, 'calibrated' | 'level'>): Warning[] {
  if (calibrated) return [];
  return [
    create(WarningSchema, {
      code: 'STAGE_SET_NOT_CALIBRATED',
      message: `The set of stages holds ${Math.round(100 * level)} % of the model's own probability; how often such sets hold the true stage was not measured.`,
    }),
  ];
}

/** A fallback to another execution provider is allowed only where it is configured, and is never silent. */
export function providerWarnings({ used, preferred, refused }: ProviderChoice): Warning[] {
  if (refused.length === 0) return [];
  return [
    create(WarningSchema, {
      code: 'EXECUTION_PROVIDER_FALLBACK',
      message: `Computed on ${used} because ${preferred} was not available; numbers may differ in the last digits.`,
    }),
  ];
}

/** Files that came with a DICOM study and were no part of it. */
export function skippedWarnings(skipped: readonly SkippedFiles[]): Warning[] {
  if (skipped.length === 0) return [];
  const counts = skipped.map(({ code, count }) => `${count} × ${code}`).join(', ');
  return [
    create(WarningSchema, {
      code: 'FILES_PASSED_OVER',
      message: `Files of the study that are no MR images we can read were passed over: ${counts}.`,
    }),
  ];
}
