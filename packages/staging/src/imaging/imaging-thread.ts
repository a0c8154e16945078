/** What the pool's threads do: everything that computes on voxels, so that the main thread never does. */
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import {
  assertSameGrid,
  backProject,
  decodeNifti,
  encodeNifti,
  type ImageKind,
  type ImageLimits,
  preprocess,
  type Volume,
} from '@hepastage/imaging';
import { ErrorCode, HepastageError } from '@hepastage/proto';
import { move, transferableSymbol, valueSymbol } from 'piscina';
import { drawKeySlice } from '../explain/key-slice.ts';
import type {
  ExplainTask,
  Explanation,
  FileBytes,
  PreparedVolume,
  PrepareTask,
  Settled,
} from './imaging-protocol.ts';
import { ownBuffers } from './own-buffers.ts';

/** A heatmap is smooth and mostly zero: higher levels cost time and save nothing. */
const heatmapGzipLevel = 1;

/** decode → preprocess. */
export function prepare(task: PrepareTask): Settled<PreparedVolume> {
  return settle(() => {
    const image = decode(task.image, task.name, 'image', task.limits);
    const liverMask =
      task.liverMask && decode(task.liverMask, `${task.name}_liver_mask`, 'mask', task.limits);
    if (liverMask !== undefined) assertSameGrid(image, liverMask);
    const decoded = performance.now();
    const stack = preprocess(image, liverMask, task.preprocessing);
    const { dims, affine, spacing, affineSource, orientation, findings } = image;
    return {
      stack,
      geometry: { dims, affine, spacing, affineSource, orientation },
      liverMask,
      findings,
      preprocessSeconds: (performance.now() - decoded) / 1_000,
    };
  });
}

/** Heat → artefacts. */
export function explain(task: ExplainTask): Settled<Explanation> {
  return settle(() => {
    const { heat, sliceGrid, geometry, liverMask, mapHeight, mapWidth } = task;
    const onGrid = backProject({ values: heat, height: mapHeight, width: mapWidth }, sliceGrid, geometry);
    return {
      heatmap: gzipSync(encodeNifti(geometry, onGrid), { level: heatmapGzipLevel }),
      keySlice: drawKeySlice(task, sliceGrid),
      heatInLiver: liverMask && shareInside(onGrid, liverMask),
    };
  });
}

function decode({ bytes, sha256 }: FileBytes, name: string, kind: ImageKind, limits: ImageLimits): Volume {
  const found = createHash('sha256').update(bytes).digest('hex');
  if (found !== sha256) {
    throw new HepastageError(ErrorCode.STORE_UNAVAILABLE, {
      what: 'the stored file is not the one that was uploaded',
      where: name,
      expected: `sha256 ${sha256}`,
      received: found,
      action: 'check the object store, and send the study again',
    });
  }
  try {
    return decodeNifti(bytes, limits, kind);
  } catch (error) {
    throw HepastageError.from(error).at(name);
  }
}

/** Undefined where there is no heat at all. */
function shareInside(heat: Float32Array, { data, slope, intercept }: Volume): number | undefined {
  let inside = 0;
  let all = 0;
  for (let voxel = 0; voxel < heat.length; voxel++) {
    const value = heat[voxel]!;
    all += value;
    if (slope * data[voxel]! + intercept > 0) inside += value;
  }
  return all > 0 ? inside / all : undefined;
}

function settle<T>(work: () => T): Settled<T> {
  try {
    const value = { ok: true, value: work() } as const;
    return movable(value);
  } catch (error) {
    const { code, details, cause } = HepastageError.from(error);
    return { ok: false, code, details: { ...details, cause } };
  }
}

/** `value`, its large buffers handed over instead of copied. */
function movable<T extends Settled<unknown>>(value: T): T {
  return move({ [transferableSymbol]: ownBuffers(value), [valueSymbol]: value }) as unknown as T;
}
