import { encodeJson, ModelManifestSchema } from '@hepastage/proto';
import { type ExecutionProvider, loadModelPackage, StagingModel } from '@hepastage/staging';
import { Command } from 'commander';
import { defaultModel } from '../default-model.ts';
import { providersOption } from '../providers-option.ts';

/** `hepastage model verify`: digests, graphs and golden case of a model package, as a worker checks them before it is ready. */
export function modelCommand(): Command {
  return new Command('model').description('look after model packages').addCommand(
    new Command('verify')
      .description('check digests, load the graphs and run the golden case')
      .argument('[folder]', 'model package', defaultModel)
      .addOption(providersOption())
      .option('--json', 'print the findings as JSON')
      .action(
        async (folder: string, { providers, json }: { providers: ExecutionProvider[]; json?: true }) => {
          const modelPackage = await loadModelPackage(folder);
          const model = await StagingModel.start(modelPackage, {
            providers,
            threads: 0,
            batch: { slicesMax: 16, delayMsMax: 0 },
          });
          await model.stop();
          const { manifest, sha256 } = modelPackage;
          if (json === true) {
            const report = {
              verified: true,
              provider: model.provider.used,
              sha256,
              manifest: encodeJson(ModelManifestSchema, manifest),
            };
            console.log(JSON.stringify(report));
          } else {
            console.log(
              `${model.name} is intact and gives its golden outputs on ${model.provider.used} (sha256 ${sha256})`,
            );
          }
        },
      ),
  );
}
