import { Command, InvalidArgumentError } from 'commander';
import { fetchPackage } from '../models/fetch-package.ts';
import { storedJson, storedText } from '../models/stored-text.ts';
import { withLocation } from '../models/with-location.ts';

interface Options {
  readonly manifestOnly?: true;
  readonly sha256?: string;
  readonly json?: true;
}

/** `hepastage model fetch`: a model package from where it is kept onto this machine, for the worker that is to serve it. */
export function modelFetchCommand(): Command {
  return new Command('fetch')
    .description('bring a model package into a folder, verified; does nothing where that holds it already')
    .argument('<source>', 's3://bucket/prefix (S3_ENDPOINT, AWS_REGION, AWS credentials) or a directory')
    .argument('<folder>', 'where it goes: complete or not at all')
    .option('--manifest-only', 'only its manifest: what the API needs to know')
    .option('--sha256 <digest>', 'accept only the package whose manifest has this digest', digest)
    .option('--json', 'print the outcome as JSON')
    .action(async (source: string, folder: string, { manifestOnly, sha256, json }: Options) => {
      const options = { manifestOnly: manifestOnly === true, expectedSha256: sha256 };
      const { stored, wasThere } = await withLocation(source, async (store) =>
        fetchPackage(store, folder, options),
      );
      const outcome = { stored, location: folder, outcome: wasThere ? 'already there' : 'fetched' };
      console.log(json === true ? storedJson(outcome) : storedText(outcome));
    });
}

function digest(text: string): string {
  if (/^[0-9a-f]{64}$/.test(text)) return text;
  throw new InvalidArgumentError('expected a SHA-256 as 64 digits of lower-case hexadecimal');
}
