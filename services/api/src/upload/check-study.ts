import { assertSameGrid } from '@hepastage/imaging';
import { ErrorCode, HepastageError, type ModelManifest, StudyInput_Role } from '@hepastage/proto';
import { findModel } from '../model-catalogue.ts';
import { fileParts, maskPairs } from '../schemas/study-parts.ts';
import type { ReceivedFile } from './receive-file.ts';
import type { ReceivedParts } from './receive-parts.ts';

/** Refuses parts that are right one by one but make no study. Throws NO_SEQUENCE, INVALID_REQUEST, MASK_MISMATCH, MODEL_NOT_FOUND. */
export function checkStudy({ files, metadata }: ReceivedParts, models: readonly ModelManifest[]): void {
  if (!files.some(({ name }) => fileParts[name].role === StudyInput_Role.IMAGE)) {
    throw new HepastageError(ErrorCode.NO_SEQUENCE, {
      what: 'no part carries a volume',
      expected: 'part t1w or t2w, or both',
      action: 'send at least one sequence as NIfTI',
    });
  }
  for (const pair of maskPairs) {
    const mask = files.find(({ name }) => name === pair.mask);
    if (mask !== undefined) checkMask(mask, pair.image, files);
  }
  checkModel(metadata.model, models);
}

function checkMask(mask: ReceivedFile, imageName: string, files: readonly ReceivedFile[]): void {
  const image = files.find(({ name }) => name === imageName);
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

function checkModel(wanted: string, models: readonly ModelManifest[]): void {
  if (wanted === '' || findModel(models, wanted) !== undefined) return;
  throw new HepastageError(ErrorCode.MODEL_NOT_FOUND, {
    what: 'no served model has that name',
    where: 'part metadata, model',
    expected: models.map(({ name }) => name).join(', ') || 'no model: none is served by name',
    action: 'see /v1/models, or leave the model out for the default',
  });
}
