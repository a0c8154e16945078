import { create } from '@bufbuild/protobuf';
import { type ModelManifest, type Warning, WarningSchema } from '@hepastage/proto';

const messages: Readonly<Record<string, string>> = {
  MODEL_NOT_CLINICALLY_VALIDATED:
    'Research use only: this model was never validated for clinical use and must not guide care.',
  NON_COMMERCIAL_RESEARCH_ONLY:
    'Made from data under a non-commercial licence: this opinion may be used for non-commercial research only.',
};

/** What the model's maker wants every reader to know. */
export function modelWarnings({ warnings, intendedUse }: ModelManifest): Warning[] {
  return warnings.map((code) => create(WarningSchema, { code, message: messages[code] ?? intendedUse }));
}
