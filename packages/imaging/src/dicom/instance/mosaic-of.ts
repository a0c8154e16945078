import { create } from '@bufbuild/protobuf';
import { type DataSet, numberOf, textsOf } from '@hepastage/dicom';
import { type Mosaic, MosaicSchema } from '@hepastage/proto';
import { csaTexts } from './csa-header.ts';

/** Most tiles that are believed: 32 × 32. */
const tilesMax = 1024;
const unitErrorMax = 1e-2;

/** How a Siemens mosaic is tiled; 0 tiles where the file does not say. Undefined: it is no mosaic. */
export function mosaicOf(dataSet: DataSet): Mosaic | undefined {
  if (!textsOf(dataSet, 'ImageType').some((value) => value.toUpperCase() === 'MOSAIC')) return undefined;
  const header = dataSet.SiemensCsaImageHeader;
  const inHeader = (name: string): number[] =>
    header === undefined ? [] : (csaTexts(header, name) ?? []).map(Number);
  const tiles = numberOf(dataSet, 'SiemensTilesInMosaic') ?? inHeader('NumberOfImagesInMosaic')[0] ?? 0;
  const normal = inHeader('SliceNormalVector').slice(0, 3);
  const isDirection = normal.length === 3 && Math.abs(Math.hypot(...normal) - 1) <= unitErrorMax;
  return create(MosaicSchema, {
    tiles: Number.isInteger(tiles) && tiles >= 1 && tiles <= tilesMax ? tiles : 0,
    normal: isDirection ? normal : [],
  });
}
