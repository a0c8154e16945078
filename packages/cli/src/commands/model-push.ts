import { Command } from 'commander';
import { pushPackage } from '../models/push-package.ts';
import { storedJson, storedText } from '../models/stored-text.ts';
import { withLocation } from '../models/with-location.ts';

/** `hepastage model push`: a model package to where `hepastage model fetch` finds it. */
export function modelPushCommand(): Command {
  return new Command('push')
    .description('put a model package where workers fetch it from; never in the place of another one')
    .argument('<folder>', 'model package')
    .argument('<destination>', 's3://bucket/prefix (S3_ENDPOINT, AWS_REGION, AWS credentials) or a directory')
    .option('--json', 'print the outcome as JSON')
    .action(async (folder: string, destination: string, { json }: { json?: true }) => {
      const pushed = await withLocation(destination, async (store) => pushPackage(folder, store));
      const outcome = { ...pushed, location: destination };
      console.log(json === true ? storedJson(outcome) : storedText(outcome));
    });
}
