import type { Dashboard, Row } from './dashboard.ts';
import { hourlyBy, meanBy, quantileBy, quantilesBy, rateBy } from './queries.ts';

const chosen = 'instance=~"$instance"';
const pods = 'pod=~"hepastage-.*"';
const autoscalers = 'horizontalpodautoscaler=~"(keda-hpa-)?hepastage-.*"';

const capacity: Row = {
  title: 'Capacity',
  panels: [
    {
      kind: 'stat',
      title: 'Workers ready',
      description: 'With an empty queue 0 is right: workers come when studies do.',
      unit: 'short',
      queries: [{ expr: 'hepastage:workers_ready:sum', legend: 'ready' }],
      width: 4,
      runbooks: ['hepastagenoreadyworker'],
    },
    {
      kind: 'stat',
      title: 'Occupied',
      description:
        'Share of the places for studies (HEPASTAGE_JOBS_IN_FLIGHT of each worker) that are taken.',
      unit: 'percentunit',
      queries: [{ expr: 'hepastage:worker_occupancy:ratio', legend: 'occupied' }],
      width: 4,
      max: 1,
    },
    {
      kind: 'stat',
      title: 'Not on their first provider',
      description: 'Workers that fell back, as from CUDA to the CPU.',
      unit: 'short',
      queries: [
        { expr: 'sum(hepastage_execution_provider_info{fallback="true"}) or vector(0)', legend: 'workers' },
      ],
      width: 4,
      thresholds: [
        [0, 'green'],
        [1, 'red'],
      ],
      runbooks: ['hepastagecpufallback'],
    },
    {
      kind: 'timeseries',
      title: 'Studies in flight, and places for them',
      description: 'Where the two meet, studies wait.',
      unit: 'short',
      queries: [
        { expr: `sum(hepastage_jobs_in_flight{${chosen}})`, legend: 'in flight' },
        { expr: `sum(hepastage_jobs_in_flight_max{${chosen}})`, legend: 'places' },
      ],
      width: 12,
    },
    {
      kind: 'timeseries',
      title: 'Studies in flight, by worker',
      description: 'A worker that is stuck is a level line.',
      unit: 'short',
      queries: [{ expr: `hepastage_jobs_in_flight{${chosen}}`, legend: '{{instance}}' }],
      width: 12,
      stacked: true,
      runbooks: ['hepastageworkersstuck'],
    },
    {
      kind: 'timeseries',
      title: 'Attempts that end, in an hour',
      description: 'By how, over all workers that are chosen.',
      unit: 'short',
      queries: [
        {
          expr: hourlyBy('outcome', `hepastage_job_duration_seconds_count{${chosen}}`),
          legend: '{{outcome}}',
        },
      ],
      width: 12,
      stacked: true,
    },
  ],
};

const speed: Row = {
  title: 'Where the time goes',
  panels: [
    {
      kind: 'timeseries',
      title: 'An attempt',
      description: 'From claim to outcome, of attempts that succeeded.',
      unit: 's',
      queries: quantilesBy(
        [0.5, 0.95],
        'model_version',
        'hepastage_job_duration_seconds',
        `{outcome="succeeded", ${chosen}}`,
      ),
      width: 8,
    },
    {
      kind: 'timeseries',
      title: 'Steps, mean',
      description: 'Waiting for a thread, or for company in a batch, is part of a step.',
      unit: 's',
      queries: [
        { expr: meanBy('step', 'hepastage_job_step_duration_seconds', `{${chosen}}`), legend: '{{step}}' },
      ],
      width: 8,
      stacked: true,
    },
    {
      kind: 'timeseries',
      title: 'Steps, p95',
      description: 'The slow ones.',
      unit: 's',
      queries: [
        {
          expr: quantileBy(0.95, 'step', 'hepastage_job_step_duration_seconds', `{${chosen}}`),
          legend: '{{step}}',
        },
      ],
      width: 8,
    },
    {
      kind: 'timeseries',
      title: 'Inference, by graph and provider',
      description: 'One run inside ONNX Runtime.',
      unit: 's',
      queries: quantilesBy(
        [0.5, 0.95],
        'graph, provider',
        'hepastage_inference_duration_seconds',
        `{${chosen}}`,
      ),
      width: 8,
      runbooks: ['hepastagecpufallback'],
    },
    {
      kind: 'timeseries',
      title: 'Slices of a batch',
      description:
        'Mean, and the most that are allowed as of now: fewer than HEPASTAGE_BATCH_SLICES_MAX once a batch did not fit into memory.',
      unit: 'short',
      queries: [
        { expr: meanBy('sequence', 'hepastage_batch_slices', `{${chosen}}`), legend: '{{sequence}}' },
        { expr: `min by (sequence) (hepastage_batch_slices_limit{${chosen}})`, legend: '{{sequence}} limit' },
      ],
      width: 8,
      runbooks: ['hepastagebatchesoutofmemory'],
    },
    {
      kind: 'timeseries',
      title: 'Studies that share a batch',
      description: 'Mean. Near 1 under load: batches are full of one study, or the delay is too short.',
      unit: 'short',
      queries: [{ expr: meanBy('sequence', 'hepastage_batch_jobs', `{${chosen}}`), legend: '{{sequence}}' }],
      width: 8,
    },
  ],
};

const processes: Row = {
  title: 'Processes',
  panels: [
    {
      kind: 'timeseries',
      title: 'Memory',
      description: 'Resident, by worker. docs/ARCHITECTURE.md, Memory, has what it is made of.',
      unit: 'bytes',
      queries: [
        { expr: `process_resident_memory_bytes{job="hepastage-worker", ${chosen}}`, legend: '{{instance}}' },
      ],
      width: 8,
      runbooks: ['hepastageoomkilled'],
    },
    {
      kind: 'timeseries',
      title: 'CPU',
      description: 'Cores in use, by worker.',
      unit: 'short',
      queries: [
        {
          expr: rateBy('instance', `process_cpu_seconds_total{job="hepastage-worker", ${chosen}}`),
          legend: '{{instance}}',
        },
      ],
      width: 8,
    },
    {
      kind: 'timeseries',
      title: 'Event loop lag, p99',
      description:
        'A main thread that is blocked for HEPASTAGE_LOCK_SECONDS (30 s) loses its studies to others.',
      unit: 's',
      queries: [
        {
          expr: `nodejs_eventloop_lag_p99_seconds{job="hepastage-worker", ${chosen}}`,
          legend: '{{instance}}',
        },
      ],
      width: 8,
    },
    {
      kind: 'timeseries',
      title: 'What went wrong inside, over an hour',
      description: 'Batches that did not fit into memory, and writes of results that failed.',
      unit: 'short',
      queries: [
        {
          expr: hourlyBy('sequence', `hepastage_out_of_memory_total{${chosen}}`),
          legend: 'out of memory {{sequence}}',
        },
        {
          expr: `sum(increase(hepastage_result_write_failures_total{${chosen}}[1h]))`,
          legend: 'result not written',
        },
      ],
      width: 8,
      runbooks: ['hepastagebatchesoutofmemory', 'hepastageresultwritesfail'],
    },
    {
      kind: 'table',
      title: 'Execution providers',
      description: 'What each worker runs on, and what it should run on.',
      unit: 'short',
      queries: [
        {
          expr: `max by (instance, provider, preferred, fallback) (hepastage_execution_provider_info{${chosen}})`,
          legend: '{{instance}}',
        },
      ],
      width: 8,
      runbooks: ['hepastagecpufallback'],
    },
    {
      kind: 'table',
      title: 'Software',
      description:
        'How many processes run which version. Two versions for long: a rollout that does not end.',
      unit: 'short',
      queries: [{ expr: 'count by (job, version, node) (hepastage_build_info)', legend: '{{job}}' }],
      width: 8,
      runbooks: ['hepastagerolloutunfinished'],
    },
  ],
};

const gpus: Row = {
  title: 'GPUs (DCGM exporter)',
  panels: [
    {
      kind: 'timeseries',
      title: 'Utilisation',
      description: 'Low with a long queue: the CPU or the object store holds the GPU up.',
      unit: 'percent',
      queries: [{ expr: 'DCGM_FI_DEV_GPU_UTIL', legend: '{{Hostname}} {{gpu}}' }],
      width: 8,
      max: 100,
    },
    {
      kind: 'timeseries',
      title: 'Memory',
      description: 'Share in use. ONNX Runtime keeps what it has once taken.',
      unit: 'percentunit',
      queries: [
        {
          expr: 'DCGM_FI_DEV_FB_USED / (DCGM_FI_DEV_FB_USED + DCGM_FI_DEV_FB_FREE)',
          legend: '{{Hostname}} {{gpu}}',
        },
      ],
      width: 8,
      max: 1,
      thresholds: [
        [0, 'green'],
        [0.85, 'yellow'],
        [0.9, 'red'],
      ],
      runbooks: ['hepastagegpumemoryhigh'],
    },
    {
      kind: 'timeseries',
      title: 'Last Xid error',
      description: 'Its number, which stays. NVIDIA’s table says what each means.',
      unit: 'short',
      queries: [{ expr: 'DCGM_FI_DEV_XID_ERRORS', legend: '{{Hostname}} {{gpu}}' }],
      width: 8,
      runbooks: ['hepastagegpuxiderror'],
    },
  ],
};

const cluster: Row = {
  title: 'Cluster (kube-state-metrics)',
  panels: [
    {
      kind: 'timeseries',
      title: 'Restarts, over an hour',
      description: 'By pod and container.',
      unit: 'short',
      queries: [
        {
          expr: `${hourlyBy('pod, container', `kube_pod_container_status_restarts_total{${pods}}`)} > 0`,
          legend: '{{pod}} {{container}}',
        },
      ],
      width: 8,
      runbooks: ['hepastagecrashloop', 'hepastageworkerkilled'],
    },
    {
      kind: 'table',
      title: 'How containers ended last',
      description: 'OOMKilled: out of memory. Error with 137: killed by itself or by a probe.',
      unit: 'short',
      queries: [
        {
          expr: `max by (pod, container, reason) (kube_pod_container_status_last_terminated_reason{${pods}}) == 1`,
          legend: '{{pod}}',
        },
      ],
      width: 8,
      runbooks: ['hepastageoomkilled', 'hepastageworkerkilled'],
    },
    {
      kind: 'timeseries',
      title: 'Replicas, and the most that there may be',
      description: 'Of the autoscalers of API and workers.',
      unit: 'short',
      queries: [
        {
          expr: `kube_horizontalpodautoscaler_status_current_replicas{${autoscalers}}`,
          legend: '{{horizontalpodautoscaler}}',
        },
        {
          expr: `kube_horizontalpodautoscaler_spec_max_replicas{${autoscalers}}`,
          legend: '{{horizontalpodautoscaler}} at most',
        },
      ],
      width: 8,
      runbooks: ['hepastagehpaatmaximum'],
    },
  ],
};

/** Whether workers do what they can, and on what. */
export const workersAndGpu: Dashboard = {
  uid: 'hepastage-workers',
  title: 'hepastage: workers and GPU',
  description: 'How full workers are, where their time goes, and what they run on.',
  variables: [{ name: 'instance', label: 'Worker', metric: 'hepastage_jobs_in_flight_max' }],
  rows: [capacity, speed, processes, gpus, cluster],
};
