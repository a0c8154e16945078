import { apiMetrics } from './api-metrics.ts';
import { serviceMetrics } from './service-metrics.ts';
import { workerMetrics } from './worker-metrics.ts';

/**
 * Every metric of ours: nothing else can be recorded. Labels never name a study, a job, a patient or a tenant. docs/metrics.md is made of it. (Node’s own metrics, `process_…` and
 * `nodejs_…`, are prom-client's.)
 */
export const metricCatalogue = { ...serviceMetrics, ...apiMetrics, ...workerMetrics } as const;

export type MetricCatalogue = typeof metricCatalogue;
export type MetricName = keyof MetricCatalogue;
