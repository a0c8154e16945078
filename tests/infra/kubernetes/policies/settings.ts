import { HepastageError } from '@hepastage/proto';
import { opinionFolders } from '../../../../services/worker/src/models.ts';
import { giveBackMsMax } from '../../../../services/worker/src/shutdown-times.ts';
import { bytesOf, type Pod, podsOf } from '../objects.ts';
import { apiConfigs, commandConfigs, reconcileConfigs, workerConfigs } from '../service-config.ts';
import { type Policy, unmet } from './policy.ts';

const mebibyte = 2 ** 20;
/** Closing connections to Redis and S3, s. */
const closeSeconds = 5;
/** `stopMsMax` of packages/staging/src/inference/inference-engine.ts, s. */
const modelStopSeconds = 10;
/** Node, ONNX Runtime, the shipped model and its batches. */
const workerItself = 0.7 * 2 ** 30;

/** The services would start with what the manifests give them, and none of it is for nobody. */
export const settings: Policy = (objects) => {
  try {
    const workers = workerConfigs(objects);
    const all = [...apiConfigs(objects), ...workers, ...commandConfigs(objects)];
    for (const { config } of workers) opinionFolders(config.opinionModels);
    return all.flatMap(({ owner, unread }) =>
      unread.map((variable) => `${owner}: ${variable} is no setting of it`),
    );
  } catch (error) {
    return [HepastageError.from(error).details.what];
  }
};

/** Nobody takes for complete, or for an orphan, what others still wait for. */
export const reconciling: Policy = (objects) => {
  const [first, ...others] = reconcileConfigs(objects);
  return others.flatMap(({ owner, config }) =>
    unmet(owner, {
      [`reconciles with the settings of ${first!.owner}`]:
        JSON.stringify(config) === JSON.stringify(first!.config),
    }),
  );
};

/** Kubernetes waits for longer than a service takes to stop. */
export const gracePeriods: Policy = (objects) => [
  ...apiConfigs(objects).flatMap(({ owner, pod, config }) => [
    ...outlasts(
      owner,
      pod,
      (config.drainMs + config.shutdownMsMax + config.otlpTimeoutMs) / 1_000 + closeSeconds,
    ),
    ...unmet(owner, {
      'answers on until no proxy leads to it any more': config.drainMs >= 5_000,
      'cuts no upload off at the end': config.shutdownMsMax >= config.uploadMsMax,
    }),
  ]),
  ...workerConfigs(objects).flatMap(({ owner, pod, config }) =>
    outlasts(
      owner,
      pod,
      config.shutdownSecondsMax + (giveBackMsMax + config.otlpTimeoutMs) / 1_000 + modelStopSeconds,
    ),
  ),
];

function outlasts(owner: string, { spec }: Pod, seconds: number): string[] {
  return unmet(owner, {
    [`has more than ${seconds} s to stop`]: (spec.terminationGracePeriodSeconds ?? 30) > seconds,
  });
}

/** A worker may take what its settings let it take: the bounds of docs/ARCHITECTURE.md, Memory, all at once. */
export const memory: Policy = (objects) => {
  const [api] = apiConfigs(objects);
  return workerConfigs(objects).flatMap(({ owner, pod, config }) => {
    const { jobsInFlight, imagingThreads, decompressedBytesMax, voxelsMax } = config;
    const files = jobsInFlight * (api?.config.uploadBytesMax ?? Infinity);
    const decoding = imagingThreads * (2 * decompressedBytesMax + 320 * mebibyte);
    const inHand = jobsInFlight * 2 * (voxelsMax / 8 + 3.5 * mebibyte);
    const needed = Math.ceil((files + decoding + inHand + workerItself) / mebibyte);
    const limit = pod.spec.containers[0]?.resources?.limits?.['memory'] ?? 0;
    return unmet(owner, { [`has the ${needed} MiB that it may take`]: bytesOf(limit) >= needed * mebibyte });
  });
};

/** What fetches the model has the pod's memory to itself, and asks for none beside it. */
export const modelMemory: Policy = (objects) =>
  podsOf(objects).flatMap(({ owner, spec: { initContainers = [], containers } }) =>
    initContainers.flatMap(({ name, resources }) => {
      const own = bytesOf(resources?.limits?.['memory'] ?? 0);
      const main = bytesOf(containers[0]?.resources?.limits?.['memory'] ?? 0);
      return unmet(`${owner} ${name}`, {
        'has room for a model': own >= 2 ** 30,
        'makes its pod no larger': own <= main,
      });
    }),
  );

/** Where there are GPUs nobody works without one and does not say so. */
export const accelerators: Policy = (objects) =>
  workerConfigs(objects).flatMap(({ owner, pod, config }) => {
    const [container] = pod.spec.containers;
    const gpus = Number(container?.resources?.limits?.['nvidia.com/gpu'] ?? 0);
    const hasCuda = config.executionProviders.includes('cuda');
    return unmet(owner, {
      'uses CUDA if it has a GPU, and only then': hasCuda === gpus > 0,
      'does not fall back to its CPU where it has a GPU':
        gpus === 0 || !config.executionProviders.includes('cpu'),
      'is built for CUDA if it has a GPU': (container?.image ?? '').includes('cuda') === gpus > 0,
      'may go where GPUs are':
        gpus === 0 || (pod.spec.tolerations ?? []).some(({ key }) => key === 'nvidia.com/gpu'),
    });
  });
