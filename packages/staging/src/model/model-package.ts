import { ErrorCode, HepastageError } from '@hepastage/proto';
import type { RadiomicsPackage } from '../radiomics/radiomics-package.ts';
import type { DeepPackage } from './deep-package.ts';

/** A model package whose files are all there and unaltered. */
export type ModelPackage = DeepPackage | RadiomicsPackage;

/** The package, where it is of that kind. Throws INVALID_MODEL. */
export function packageOfKind<K extends ModelPackage['kind']>(
  modelPackage: ModelPackage,
  kind: K,
): Extract<ModelPackage, { kind: K }> {
  if (modelPackage.kind === kind) return modelPackage as Extract<ModelPackage, { kind: K }>;
  const { name, version } = modelPackage.manifest;
  throw new HepastageError(ErrorCode.INVALID_MODEL, {
    what: 'the package holds a model of another kind',
    where: `model ${name}@${version}`,
    expected: kind,
    received: modelPackage.kind,
    action:
      'a DEEP model stages studies, RADIOMICS models give opinions beside it: name each where it belongs',
  });
}
