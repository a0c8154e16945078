/** SOP classes (DICOM PS3.4, annex B) that a volume can be made of. */
export const mrImageStorage = '1.2.840.10008.5.1.4.1.1.4';
export const enhancedMrImageStorage = '1.2.840.10008.5.1.4.1.1.4.1';
export const legacyConvertedEnhancedMrImageStorage = '1.2.840.10008.5.1.4.1.1.4.4';

/** Those that write their geometry and physics frame by frame, in functional groups. */
export function isEnhanced(sopClassUid: string): boolean {
  return sopClassUid === enhancedMrImageStorage || sopClassUid === legacyConvertedEnhancedMrImageStorage;
}

export function isMrImage(sopClassUid: string): boolean {
  return sopClassUid === mrImageStorage || isEnhanced(sopClassUid);
}
