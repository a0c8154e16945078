/**
 * usage: node main.ts secrets|store [FOLDER]
 *
 * What a new machine needs before `docker compose up` can serve: its secrets, then a bucket and a first API key. Both commands change nothing where they have been before.
 */
import { makeSecrets } from './make-secrets.ts';
import { prepareStore } from './prepare-store.ts';

const [command = '', folder = '/volumes'] = process.argv.slice(2);
const steps: Readonly<Record<string, (folder: string) => Promise<void>>> = {
  secrets: makeSecrets,
  store: prepareStore,
};
const step = steps[command];
if (step === undefined) throw new Error('usage: main.ts secrets|store [FOLDER]');
await step(folder);
