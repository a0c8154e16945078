import { ErrorCode } from '@hepastage/proto';

const codes: ReadonlySet<ErrorCode> = new Set([
  ErrorCode.NOT_DICOM,
  ErrorCode.EMPTY_FILE,
  ErrorCode.WRONG_MODALITY,
  ErrorCode.UNSUPPORTED_PIXELS,
  ErrorCode.UNSUPPORTED_TRANSFER_SYNTAX,
  ErrorCode.INVALID_ATTRIBUTE,
]);

/**
 * Whether a file of which this is wrong is passed over, and counted: studies hold more than MR images, and images that no volume can be made of. Damage is
 * not among it: a study with a damaged file may lack a slice, and is refused.
 */
export function isPassedOver(code: ErrorCode): boolean {
  return codes.has(code);
}
