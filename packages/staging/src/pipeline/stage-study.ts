import { now, Progress_Step, type StagingResult, type StepTiming, type StudyRequest } from '@hepastage/proto';
import { assembleResult } from './assemble-result.ts';
import { assertModel } from './assert-model.ts';
import { encodeSlices } from './encode-slices.ts';
import { explainStage, filesOf } from './explain-stage.ts';
import { fetchInputs } from './fetch-inputs.ts';
import { persistResult } from './persist-result.ts';
import type { PipelineContext } from './pipeline-context.ts';
import { longestFeatures, longestPreprocessing, prepareVolumes } from './prepare-volumes.ts';
import { headerOfReports, reportResult } from './report-result.ts';
import { secondOpinions } from './second-opinions.ts';
import { selectInputs } from './select-inputs.ts';
import { stageTokens } from './stage-tokens.ts';
import { StepClock } from './step-clock.ts';

export interface StagedStudy {
  readonly result: StagingResult;
  /** Of every step. The result itself can't have the last, in which it is written. */
  readonly timings: readonly StepTiming[];
}

/**
 * A study's whole way: select → fetch → decode → preprocess → features → encode → stage → explain → report → persist. Nothing is visible in the sink before every artefact
 * is: the result comes last. Throws a HepastageError, or the signal's reason once it aborts; what was written by then may be written again.
 */
export async function stageStudy(request: StudyRequest, context: PipelineContext): Promise<StagedStudy> {
  assertModel(request, context);
  const clock = new StepClock(context);
  const selected = await clock.time(Progress_Step.SELECT, () => selectInputs(request, context));
  const files = await clock.time(Progress_Step.FETCH, () => fetchInputs(selected.inputs, context));
  const volumes = await clock.time(Progress_Step.DECODE, () => prepareVolumes(files, context));
  clock.splitOff(Progress_Step.DECODE, Progress_Step.PREPROCESS, longestPreprocessing(volumes));
  const featureSeconds = longestFeatures(volumes);
  if (featureSeconds !== undefined)
    clock.splitOff(Progress_Step.DECODE, Progress_Step.FEATURES, featureSeconds);
  const encoded = await clock.time(Progress_Step.ENCODE, () => encodeSlices(volumes, context));
  const [opinion, others] = await clock.time(
    Progress_Step.STAGE,
    async () =>
      [await stageTokens(volumes, encoded, context), await secondOpinions(volumes, context)] as const,
  );
  const createdAt = now();
  const header = headerOfReports(request, { createdAt, selected, opinion }, context);
  const evidence = await clock.time(Progress_Step.EXPLAIN, () =>
    explainStage(volumes, encoded, opinion, header, context),
  );
  const findings = { createdAt, selected, volumes, opinion, others, evidence, timings: clock.timings };
  const result = assembleResult(request, findings, context);
  await clock.time(Progress_Step.PERSIST, async () => {
    const reports = await reportResult(result, request, selected, context);
    // The reports are made of the result, which then lists them.
    result.artefacts.push(...reports.map(({ artefact }) => artefact));
    await persistResult(result, [...filesOf(evidence), ...reports], context);
  });
  return { result, timings: clock.timings };
}
