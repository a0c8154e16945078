import { type RadiomicsFeatures, radiomicsFeatures, type Volume } from '@hepastage/imaging';
import { ErrorCode, HepastageError } from '@hepastage/proto';

/** Features of the liver as a classifier can take them. Throws what `radiomicsFeatures` throws, and NO_FINITE_VOXELS where one is not finite in float32. */
export function liverFeatures(image: Volume, liverMask: Volume): RadiomicsFeatures {
  const features = radiomicsFeatures(image, liverMask);
  const wrong = Object.entries(features).filter(([, value]) => !Number.isFinite(Math.fround(value)));
  if (wrong.length === 0) return features;
  throw new HepastageError(ErrorCode.NO_FINITE_VOXELS, {
    what: 'the liver’s values give features that are no finite numbers',
    expected: 'features within the range of float32',
    received: wrong.map(([name, value]) => `${name} ${value}`).join(', '),
    action: 'check the scaling of the image',
  });
}
