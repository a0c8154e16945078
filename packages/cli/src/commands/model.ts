import { encodeJson, ErrorCode, HepastageError, ModelManifestSchema } from '@hepastage/proto';
import {
  type ExecutionProvider,
  loadModelPackage,
  missingProvenance,
  type ModelPackage,
  type ServedModel,
  startModel,
} from '@hepastage/staging';
import { Command } from 'commander';
import { defaultModel } from '../default-model.ts';
import { modelOptions } from '../model-options.ts';
import { providersOption } from '../providers-option.ts';
import { modelFetchCommand } from './model-fetch.ts';
import { modelPushCommand } from './model-push.ts';

interface Options {
  readonly providers: ExecutionProvider[];
  readonly json?: true;
}

/** `hepastage model`: proves model packages, and takes them to where they are served and back. */
export function modelCommand(): Command {
  return new Command('model')
    .description('look after model packages')
    .addCommand(verifyCommand())
    .addCommand(modelFetchCommand())
    .addCommand(modelPushCommand());
}

/** Digests, graphs and golden case of a model package of any kind, as a worker checks them before it is ready, and that it says where it comes from. */
function verifyCommand(): Command {
  return new Command('verify')
    .description('check digests, graphs, golden case and provenance')
    .argument('[folder]', 'model package', defaultModel)
    .addOption(providersOption())
    .option('--json', 'print the findings as JSON')
    .action(async (folder: string, { providers, json }: Options) => {
      const modelPackage = await loadModelPackage(folder);
      const model = await startModel(modelPackage, modelOptions(providers));
      await model.stop();
      assertProvenance(model);
      console.log(json === true ? reportJson(modelPackage, model) : reportText(modelPackage, model));
    });
}

function assertProvenance({ name, manifest }: ServedModel): void {
  const missing = missingProvenance(manifest);
  if (missing.length === 0) return;
  throw new HepastageError(ErrorCode.INVALID_MODEL, {
    what: 'the manifest does not say where the model comes from',
    where: `model ${name}`,
    expected: missing.join(', '),
    action: 'build the package again',
  });
}

function reportJson({ kind }: ModelPackage, { manifest, sha256, provider, precision }: ServedModel): string {
  return JSON.stringify({
    verified: true,
    kind,
    precision,
    provider: provider.used,
    sha256,
    manifest: encodeJson(ModelManifestSchema, manifest),
  });
}

function reportText(
  { kind }: ModelPackage,
  { name, manifest, sha256, provider, precision }: ServedModel,
): string {
  return [
    `${name} (${kind}, ${precision}) is intact and gives its golden outputs on ${provider.used} (sha256 ${sha256})`,
    `trained on  ${manifest.provenance?.trainedOn}`,
    `licence     ${manifest.provenance?.licence}`,
  ].join('\n');
}
