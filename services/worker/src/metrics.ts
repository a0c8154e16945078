import { counter, gauge, histogram, type Registry } from '@hepastage/platform';

export type WorkerMetrics = ReturnType<typeof createWorkerMetrics>;

/** Every figure that the worker keeps, as the catalogue describes it (packages/platform/src/metrics). */
export function createWorkerMetrics(registry: Registry) {
  return {
    jobs: counter(registry, 'hepastage_jobs_total'),
    deadLetters: counter(registry, 'hepastage_dead_letters_total'),
    jobsInFlight: gauge(registry, 'hepastage_jobs_in_flight'),
    jobsInFlightMax: gauge(registry, 'hepastage_jobs_in_flight_max'),
    canary: gauge(registry, 'hepastage_canary'),
    studiesPassedOn: counter(registry, 'hepastage_studies_passed_on_total'),
    jobDuration: histogram(registry, 'hepastage_job_duration_seconds'),
    queueWait: histogram(registry, 'hepastage_job_queue_wait_seconds'),
    timeToResult: histogram(registry, 'hepastage_time_to_result_seconds'),
    stepDuration: histogram(registry, 'hepastage_job_step_duration_seconds'),
    batchSlices: histogram(registry, 'hepastage_batch_slices'),
    batchJobs: histogram(registry, 'hepastage_batch_jobs'),
    batchSlicesLimit: gauge(registry, 'hepastage_batch_slices_limit'),
    outOfMemory: counter(registry, 'hepastage_out_of_memory_total'),
    inferenceDuration: histogram(registry, 'hepastage_inference_duration_seconds'),
    resultWriteFailures: counter(registry, 'hepastage_result_write_failures_total'),
    predictions: counter(registry, 'hepastage_predictions_total'),
    stageSetSize: histogram(registry, 'hepastage_stage_set_size'),
    sequenceDisagreement: histogram(registry, 'hepastage_sequence_disagreement'),
    inputDistance: histogram(registry, 'hepastage_input_distance_ratio'),
    resultWarnings: counter(registry, 'hepastage_result_warnings_total'),
    findings: counter(registry, 'hepastage_quality_findings_total'),
    opinions: counter(registry, 'hepastage_opinions_total'),
    pacsPushes: counter(registry, 'hepastage_pacs_pushes_total'),
    modelInfo: gauge(registry, 'hepastage_model_info'),
    executionProviderInfo: gauge(registry, 'hepastage_execution_provider_info'),
  };
}
