import { edit, finds, setting } from '../mistakes.ts';
import { accelerators, gracePeriods, memory, modelMemory, reconciling, settings } from './settings.ts';

finds(settings, [
  [
    'a setting that there is not',
    /HEPASTAGE_JOBS_AT_ONCE is no setting/,
    setting('hepastage-worker', 'HEPASTAGE_JOBS_AT_ONCE', '2'),
  ],
  [
    'a setting of another service',
    /HEPASTAGE_JOBS_IN_FLIGHT is no setting/,
    setting('hepastage-shared', 'HEPASTAGE_JOBS_IN_FLIGHT', '2'),
  ],
  [
    'a wrong value',
    /HEPASTAGE_JOBS_IN_FLIGHT must/,
    setting('hepastage-worker', 'HEPASTAGE_JOBS_IN_FLIGHT', '0'),
  ],
  [
    'an API without authentication',
    /without authentication/,
    setting('hepastage-api', 'HEPASTAGE_AUTHENTICATION', 'off'),
  ],
]);

finds(gracePeriods, [
  [
    'an impatient kubelet',
    /more than 42 s/,
    edit('worker', ({ pod }) => (pod.terminationGracePeriodSeconds = 30)),
  ],
  ['a longer drain', /more than 667 s/, setting('hepastage-api', 'HEPASTAGE_DRAIN_MS', '60000')],
  [
    'uploads that are cut off',
    /cuts no upload off/,
    setting('hepastage-api', 'HEPASTAGE_SHUTDOWN_MS_MAX', '25000'),
  ],
  ['no drain', /answers on/, setting('hepastage-api', 'HEPASTAGE_DRAIN_MS', '0')],
]);

finds(memory, [
  [
    'more studies than memory',
    /MiB that it may take/,
    setting('hepastage-worker', 'HEPASTAGE_JOBS_IN_FLIGHT', '32'),
  ],
  [
    'larger uploads than memory',
    /MiB that it may take/,
    setting('hepastage-api', 'HEPASTAGE_UPLOAD_BYTES_MAX', String(4 * 2 ** 30)),
  ],
]);

finds(reconciling, [
  [
    'a quiet period that the nightly run does not know',
    /reconcile: reconciles with/,
    setting('hepastage-api', 'HEPASTAGE_QUIET_MS', '300000'),
  ],
  [
    'orphans of the command line alone',
    /worker: reconciles with/,
    setting('hepastage-worker', 'HEPASTAGE_ORPHAN_SECONDS', '60'),
  ],
]);

finds(modelMemory, [
  [
    'a model that is larger than its memory',
    /worker model: has room/,
    edit('worker', ({ pod }) => (pod.initContainers![0]!.resources!.limits!['memory'] = '256Mi')),
  ],
  [
    'a fetch that makes its pod larger',
    /worker model: makes/,
    edit('worker', ({ pod }) => (pod.initContainers![0]!.resources!.limits!['memory'] = '16Gi')),
  ],
]);

finds(accelerators, [
  ['CUDA without a GPU', /uses CUDA/, setting('hepastage-worker', 'HEPASTAGE_EXECUTION_PROVIDERS', 'cuda')],
  [
    'a GPU that is not used',
    /uses CUDA/,
    edit('worker', ({ container }) => (container.resources!.limits!['nvidia.com/gpu'] = 1)),
  ],
]);
