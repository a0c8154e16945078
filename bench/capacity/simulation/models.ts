import type { Parameters } from '../assumptions.ts';
import type { ScalerModel } from './scaler.ts';
import type { WorkerModel } from './worker.ts';

export function workerModel(p: Parameters): WorkerModel {
  const onGpu = p.gpu === 1;
  const work = p.encoderWork / p.coreSpeed;
  // On the CPU a run has all cores of its worker.
  const [secondsPerRun, secondsPerSlice] = onGpu
    ? [p.gpuRun, (p.encoderSlice * p.encoderWork) / p.gpuSpeed]
    : [(p.encoderRun * work) / p.coresPerWorker, (p.encoderSlice * work) / p.coresPerWorker];
  return {
    cores: p.coresPerWorker,
    jobsInFlight: p.jobsInFlight,
    imagingThreads: p.imagingThreads,
    prepareThreads: p.prepareThreads,
    finishThreads: p.finishThreads,
    mainThreadShare: p.mainThreadShare,
    encoderOnGpu: onGpu,
    encoder: {
      secondsPerRun,
      secondsPerSlice,
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
