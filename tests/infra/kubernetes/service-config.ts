import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ApiConfig, apiSettings, checkConfig } from '@hepastage/api';
import { reconcileSettings } from '@hepastage/jobs';
import { parseConfig } from '@hepastage/platform';
import { type Static, Type } from 'typebox';
import { temporaryPrefix } from '../../helpers/temporary-directory.ts';
import { type WorkerConfig, workerConfig } from '../../../services/worker/src/config.ts';
import { environmentOf, secretFilesOf } from './environment.ts';
import { type ClusterObject, containersOf, type Pod, podsOf } from './objects.ts';

/** Secrets as the README has them made, by `name/key`. */
const samples: Readonly<Record<string, string>> = {
  'hepastage-redis/url': 'rediss://hepastage:password@redis.example:6379',
  'hepastage-object-store/credentials': '[default]\naws_access_key_id=a\naws_secret_access_key=b\n',
  'hepastage-api/uid-key': 'u'.repeat(64),
  'hepastage-api/webhook-key': 'w'.repeat(64),
  'hepastage-pacs/authorization': 'Bearer token',
  'hepastage-api-tls/tls.crt': 'certificate',
  'hepastage-api-tls/tls.key': 'private key',
};

/** Of these every one is a setting of ours. */
const ours = /^(?:HEPASTAGE_|OTEL_|REDIS_|S3_|HOST$|PORT$)/;

/** A container’s settings, read by the very code that would read them there. */
export interface ServiceConfig<T> {
  readonly owner: string;
  readonly pod: Pod;
  readonly config: T;
  /** Variables that look like settings, but that nobody reads. */
  readonly unread: readonly string[];
}

/** What the APIs would run with. Throws INVALID_CONFIG. */
export function apiConfigs(objects: readonly ClusterObject[]): ServiceConfig<ApiConfig>[] {
  return configsOf('api', objects, (environment) => checkConfig(parseConfig(apiSettings, environment)));
}

/** What the workers would run with. Throws INVALID_CONFIG. */
export function workerConfigs(objects: readonly ClusterObject[]): ServiceConfig<WorkerConfig>[] {
  return configsOf('worker', objects, workerConfigOf);
}

const reconcileSchema = Type.Object(reconcileSettings);

/** What reconciles with what settings: the APIs in the background, the nightly run, and the command line by hand, for which workers' pods are there. */
export function reconcileConfigs(objects: readonly ClusterObject[]) {
  return ['api', 'worker', 'reconcile'].flatMap((name): ServiceConfig<Static<typeof reconcileSchema>>[] =>
    configsOf(name, objects, (environment) => parseConfig(reconcileSchema, environment)),
  );
}

/** What the command line in its image reads is for somebody, too. */
function workerConfigOf(environment: NodeJS.ProcessEnv): WorkerConfig {
  parseConfig(reconcileSchema, environment);
  return parseConfig(workerConfig, environment);
}

/** What those would run with that start the command line: they have nothing but the settings that both services share. */
export function commandConfigs(objects: readonly ClusterObject[]): ServiceConfig<WorkerConfig>[] {
  return ['model', 'reconcile', 'pod-marker'].flatMap((name) => {
    const asWorker = configsOf(name, objects, workerConfigOf);
    const asApi = configsOf(name, objects, (environment) => parseConfig(apiSettings, environment));
    return asWorker.map((one, i) => ({
      ...one,
      unread: [...new Set([...one.unread, ...(asApi[i]?.unread ?? [])])],
    }));
  });
}

function configsOf<T>(
  name: string,
  objects: readonly ClusterObject[],
  parse: (environment: NodeJS.ProcessEnv) => T,
): ServiceConfig<T>[] {
  return podsOf(objects).flatMap((pod) =>
    containersOf(pod)
      .filter((container) => container.name === name)
      .map((container) => {
        const owner = `${pod.owner} ${name}`;
        const folder = mkdtempSync(join(tmpdir(), `${temporaryPrefix}secrets-`));
        try {
          const read = new Set<string>();
          const files = secretFilesOf(container, pod);
          const environment = Object.fromEntries(
            Object.entries(environmentOf(container, objects)).map(([variable, value]) => [
              variable,
              variable.endsWith('_FILE') ? secretFile(owner, variable, files.get(value), folder) : value,
            ]),
          );
          const watched = new Proxy(environment, {
            get: (target, variable: string) => {
              read.add(variable);
              return target[variable];
            },
          });
          const config = parse(watched);
          const unread = Object.keys(environment).filter(
            (variable) => ours.test(variable) && !read.has(variable),
          );
          return { owner, pod, config, unread };
        } finally {
          rmSync(folder, { recursive: true });
        }
      }),
  );
}

/** A file with a secret in place of the one that the pod would see. */
function secretFile(owner: string, variable: string, secret: string | undefined, folder: string): string {
  const sample = samples[secret ?? ''];
  if (sample === undefined)
    throw new Error(`${owner}: ${variable} names a file that no Secret of README.md is`);
  const path = join(folder, variable);
  writeFileSync(path, sample);
  return path;
}
