const gpu = ['gpu', 'Hostname'];
const container = ['namespace', 'pod', 'container'];

/** Metrics of others that alerts and dashboards name, by exporter, with the labels that those have. */
export const foreignMetrics: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  Prometheus: {
    up: [],
    ALERTS: ['alertname', 'alertstate'],
    prometheus_rule_evaluation_failures_total: ['rule_group'],
  },
  // Exported by both services, by prom-client.
  'prom-client': {
    process_resident_memory_bytes: [],
    process_cpu_seconds_total: [],
    process_start_time_seconds: [],
    nodejs_eventloop_lag_p99_seconds: [],
  },
  'DCGM exporter': {
    DCGM_FI_DEV_GPU_UTIL: gpu,
    DCGM_FI_DEV_FB_USED: gpu,
    DCGM_FI_DEV_FB_FREE: gpu,
    DCGM_FI_DEV_XID_ERRORS: gpu,
  },
  'kube-state-metrics': {
    kube_pod_container_status_last_terminated_reason: [...container, 'reason'],
    kube_pod_container_status_last_terminated_exitcode: container,
    kube_pod_container_status_restarts_total: container,
    kube_horizontalpodautoscaler_status_current_replicas: ['namespace', 'horizontalpodautoscaler'],
    kube_horizontalpodautoscaler_spec_max_replicas: ['namespace', 'horizontalpodautoscaler'],
    kube_job_status_failed: ['namespace', 'job_name'],
  },
  'blackbox exporter': { probe_ssl_earliest_cert_expiry: [] },
};

/** What stands in no series of a system without a cluster, GPUs and a certificate. */
export const exportersOfClusters = ['DCGM exporter', 'kube-state-metrics', 'blackbox exporter'] as const;
