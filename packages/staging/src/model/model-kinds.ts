/** The one place that knows the kinds of model packages: how each is read, and how it is started. */
import { enumName, type ModelManifest, ModelManifest_KindSchema } from '@hepastage/proto';
import type { ProviderChoice } from '../inference/execution-provider.ts';
import { RadiomicsModel } from '../radiomics/radiomics-model.ts';
import { readRadiomicsPackage } from '../radiomics/radiomics-package.ts';
import { readDeepPackage } from './deep-package.ts';
import type { ModelPackage } from './model-package.ts';
import { invalidPackage, type PackageFiles, readPackageFiles } from './package-files.ts';
import { StagingModel, type StagingModelOptions } from './staging-model.ts';

/** What a model of any kind has once it is loaded and proven. */
export interface ServedModel {
  readonly manifest: ModelManifest;
  /** `name@version` */
  readonly name: string;
  readonly sha256: string;
  readonly provider: ProviderChoice;
  readonly precision: 'float32' | 'float16';
  stop(): Promise<void>;
}

interface ModelKind {
  readonly read: (files: PackageFiles) => ModelPackage;
  readonly start: (modelPackage: ModelPackage, options: StagingModelOptions) => Promise<ServedModel>;
}

const kinds: Readonly<Record<ModelPackage['kind'], ModelKind>> = {
  DEEP: { read: readDeepPackage, start: async (...given) => StagingModel.start(...given) },
  RADIOMICS: {
    read: readRadiomicsPackage,
    start: async (given, { observer }) => RadiomicsModel.start(given, observer),
  },
};

/** Reads and verifies the package in `folder`. Throws INVALID_MODEL that names the file. */
export async function loadModelPackage(folder: string): Promise<ModelPackage> {
  const files = await readPackageFiles(folder);
  const name = enumName(ModelManifest_KindSchema, files.manifest.kind);
  if (name in kinds) return kinds[name as ModelPackage['kind']].read(files);
  throw invalidPackage(folder, {
    what: 'this version serves no model of that kind',
    expected: Object.keys(kinds).join(' or '),
    received: name,
  });
}

/** Loads the graphs and proves them by the golden case. Throws EXECUTION_PROVIDER_UNAVAILABLE or INVALID_MODEL. */
export async function startModel(
  modelPackage: ModelPackage,
  options: StagingModelOptions,
): Promise<ServedModel> {
  return kinds[modelPackage.kind].start(modelPackage, options);
}
