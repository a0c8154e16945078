import type { Parameters } from '../assumptions.ts';
import type { ScalerModel } from './scaler.ts';
import type { WorkerModel } from './worker.ts';

export function workerModel(p: Parameters): WorkerModel {
  const onGpu = p.gpu === 1;
  // On the CPU a run has all cores of its worker.
  const [run, slice] = onGpu
    ? [p.gpuRun, p.gpuSlice]
    : [p.encoderRun, p.encoderSlice].map((coreSeconds) => coreSeconds / (p.coresPerWorker * p.coreSpeed));
  return {
    cores: p.coresPerWorker,
    jobsInFlight: p.jobsInFlight,
    imagingThreads: p.imagingThreads,
    prepareThreads: p.prepareThreads,
    finishThreads: p.finishThreads,
    mainThreadShare: p.mainThreadShare,
    encoderOnGpu: onGpu,
    encoder: {
      secondsPerRun: run! * p.encoderWork,
      secondsPerSlice: slice! * p.encoderWork,
      batchSlicesMax: p.batchSlicesMax,
      batchDelay: p.batchDelay,
    },
  };
}

export function scalerModel(p: Parameters): ScalerModel {
  return {
    min: p.workersMin,
    max: p.workersMax,
    jobsPerPod: p.jobsPerWorker,
    cooldown: p.cooldown,
    stabilisation: p.stabilisation,
    downPods: p.downPods,
    downPeriod: p.downPeriod,
    upPods: p.upPods,
    upPeriod: p.upPeriod,
  };
}
