import { assertSameGrid } from '@hepastage/imaging';
import {
  type DicomStudy,
  ErrorCode,
  HepastageError,
  type ModelManifest,
  StudyInput_Role,
} from '@hepastage/proto';
import { findModel, stagingModels } from '../model-catalogue.ts';
import { fileParts, maskPairs } from '../schemas/study-parts.ts';
import type { ReceivedFile } from './receive-file.ts';
import type { ReceivedParts } from './receive-parts.ts';

/** What a form held. */
export interface StudyParts extends ReceivedParts {
  readonly dicom: DicomStudy;
}

/** Refuses parts that are right one by one but make no study. Throws NO_SEQUENCE, INVALID_REQUEST, MASK_MISMATCH, MODEL_NOT_FOUND. */
export function checkStudy({ files, dicom, metadata }: StudyParts, models: readonly ModelManifest[]): void {
  const hasImage = files.some(({ name }) => fileParts[name].role === StudyInput_Role.IMAGE);
  if (!hasImage && dicom.instances.length === 0) {
    throw new HepastageError(ErrorCode.NO_SEQUENCE, {
      what: 'no part carries a volume',
      expected: 'part t1w or t2w, or both, or study',
      action: 'send at least one sequence as NIfTI or DICOM',
    });
  }
  for (const pair of maskPairs) {
    const mask = files.find(({ name }) => name === pair.mask);
    const image = files.find(({ name }) => name === pair.image);
    const hasDicom = dicom.instances.some(({ sequence }) => sequence === fileParts[pair.image].sequence);
    // The grid of DICOM objects is known only once they are sorted: the worker checks the mask then.
    if (mask !== undefined && (image !== undefined || !hasDicom)) checkMask(mask, image, pair.image);
  }
  checkModel(metadata.model, models);
}

function checkMask(mask: ReceivedFile, image: ReceivedFile | undefined, imageName: string): void {
  if (image === undefined) {
    throw new HepastageError(ErrorCode.INVALID_REQUEST, {
      what: 'the mask comes without its image',
      where: `part ${mask.name}`,
      expected: `part ${imageName}`,
      action: 'send the image too, or leave the mask out',
    });
  }
  try {
    assertSameGrid(image.geometry, mask.geometry);
  } catch (error) {
    throw HepastageError.from(error).at(`part ${mask.name}`);
  }
}

/** Throws MODEL_NOT_FOUND. */
export function checkModel(wanted: string, models: readonly ModelManifest[]): void {
  if (wanted === '' || findModel(models, wanted) !== undefined) return;
  throw new HepastageError(ErrorCode.MODEL_NOT_FOUND, {
    what: 'no served model has that name',
    where: 'part metadata, model',
    expected:
      stagingModels(models)
        .map(({ name }) => name)
        .join(', ') || 'no model: none is served by name',
    action: 'see /v1/models, or leave the model out for the default',
  });
}
