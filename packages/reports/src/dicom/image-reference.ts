import { isEnhanced } from '@hepastage/dicom';
import type { SourceImage } from '../report-input.ts';
import type { Item } from './item.ts';

/** SOP Instance Reference of one or more frames of one object. Frames are named only where the object can have several (PS3.3, table 10-3). */
export function imageReference(frames: readonly [SourceImage, ...SourceImage[]]): Item {
  const [{ sopClassUid, sopInstanceUid }] = frames;
  return {
    ReferencedSOPClassUID: sopClassUid,
    ReferencedSOPInstanceUID: sopInstanceUid,
    ...(isEnhanced(sopClassUid)
      ? { ReferencedFrameNumber: [...new Set(frames.map(({ frame }) => String(frame)))] }
      : {}),
  };
}

/** The images, frames of one object together, in the order of their first. */
export function byInstance(images: readonly SourceImage[]): [SourceImage, ...SourceImage[]][] {
  const groups = Map.groupBy(images, ({ sopInstanceUid }) => sopInstanceUid);
  return [...groups.values()] as [SourceImage, ...SourceImage[]][];
}

/** The series that the images are from, with one reference to each object, its frames unnamed. */
export function seriesReferences(
  images: readonly SourceImage[],
  instances: 'ReferencedInstanceSequence' | 'ReferencedSOPSequence',
): Item[] {
  const bySeries = Map.groupBy(images, ({ seriesInstanceUid }) => seriesInstanceUid);
  return [...bySeries].map(([uid, own]) => ({
    SeriesInstanceUID: uid,
    [instances]: byInstance(own).map(([{ sopClassUid, sopInstanceUid }]) => ({
      ReferencedSOPClassUID: sopClassUid,
      ReferencedSOPInstanceUID: sopInstanceUid,
    })),
  }));
}
