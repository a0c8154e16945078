import { ErrorCode } from '@hepastage/proto';

/** Failure Reason (0008,1197) of an object that was not stored (PS3.18 I.2.2). */
export const failureReasons = {
  processingFailure: 0x01_10,
  sopClassNotSupported: 0x01_22,
  outOfResources: 0xa7_00,
  dataSetDoesNotMatchSopClass: 0xa9_00,
  /** Of the same class: what does not match is the study that the request is about. */
  otherStudy: 0xa9_01,
  cannotUnderstand: 0xc0_00,
  transferSyntaxNotSupported: 0xc1_22,
} as const;

/**
 * By code; a code that is not here is a processing failure. There is none for duplicates, because an object that is sent again is stored
 * again, and none for authorisation, because that is asked of requests, not of objects.
 */
const reasonOf: Partial<Record<ErrorCode, keyof typeof failureReasons>> = {
  [ErrorCode.WRONG_MODALITY]: 'sopClassNotSupported',

  [ErrorCode.UNSUPPORTED_TRANSFER_SYNTAX]: 'transferSyntaxNotSupported',

  [ErrorCode.INVALID_ATTRIBUTE]: 'dataSetDoesNotMatchSopClass',
  [ErrorCode.UNSUPPORTED_PIXELS]: 'dataSetDoesNotMatchSopClass',
  [ErrorCode.MIXED_STUDIES]: 'otherStudy',

  [ErrorCode.EMPTY_FILE]: 'cannotUnderstand',
  [ErrorCode.NOT_DICOM]: 'cannotUnderstand',
  [ErrorCode.CORRUPT_DICOM]: 'cannotUnderstand',
  [ErrorCode.TRUNCATED_FILE]: 'cannotUnderstand',
  [ErrorCode.CORRUPT_PIXEL_DATA]: 'cannotUnderstand',
  [ErrorCode.UNSUPPORTED_MEDIA_TYPE]: 'cannotUnderstand',

  [ErrorCode.UPLOAD_TOO_LARGE]: 'outOfResources',
  [ErrorCode.DECOMPRESSED_TOO_LARGE]: 'outOfResources',
  [ErrorCode.TOO_MANY_FILES]: 'outOfResources',
  [ErrorCode.TOO_MANY_PARTS]: 'outOfResources',
  [ErrorCode.TOO_MANY_VOXELS]: 'outOfResources',
  [ErrorCode.STORE_UNAVAILABLE]: 'outOfResources',
  [ErrorCode.QUEUE_UNAVAILABLE]: 'outOfResources',
  [ErrorCode.STORE_FULL]: 'outOfResources',
  [ErrorCode.STORE_DENIED]: 'outOfResources',
  [ErrorCode.QUEUE_FULL]: 'outOfResources',
};

export function failureReason(code: ErrorCode): number {
  return failureReasons[reasonOf[code] ?? 'processingFailure'];
}
