import { edit, finds, setting } from '../mistakes.ts';
import { accelerators, gracePeriods, memory, settings } from './settings.ts';

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
  ['a longer drain', /more than 67 s/, setting('hepastage-api', 'HEPASTAGE_DRAIN_MS', '35000')],
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

finds(accelerators, [
  ['CUDA without a GPU', /uses CUDA/, setting('hepastage-worker', 'HEPASTAGE_EXECUTION_PROVIDERS', 'cuda')],
  [
    'a GPU that is not used',
    /uses CUDA/,
    edit('worker', ({ container }) => (container.resources!.limits!['nvidia.com/gpu'] = 1)),
  ],
]);
