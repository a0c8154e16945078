/** What the pool's threads do: everything that computes on voxels, so that the main thread never does. */
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import {
  backProject,
  decodeNifti,
  encodeNifti,
  type ImageKind,
  type ImageLimits,
  maskBits,
  preprocess,
  shareMarked,
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
    const decoded = performance.now();
    const stack = at(task.name, () => preprocess(image, liverMask, task.preprocessing));
    const { dims, affine, spacing, affineSource, orientation, findings } = image;
    return {
      stack,
      geometry: { dims, affine, spacing, affineSource, orientation },
      liverBits: liverMask && maskBits(liverMask),
      findings,
      preprocessSeconds: (performance.now() - decoded) / 1_000,
    };
  });
}

/** Heat → artefacts. */
export function explain(task: ExplainTask): Settled<Explanation> {
  return settle(() => {
    const { heat, sliceGrid, geometry, liverBits, mapHeight, mapWidth } = task;
    const onGrid = backProject({ values: heat, height: mapHeight, width: mapWidth }, sliceGrid, geometry);
    return {
      heatmap: gzipSync(encodeNifti(geometry, onGrid), { level: heatmapGzipLevel }),
      keySlice: drawKeySlice(task, sliceGrid),
      heatInLiver: liverBits && shareMarked(onGrid, liverBits),
    };
  });
}

function decode({ bytes, sha256 }: FileBytes, name: string, kind: ImageKind, limits: ImageLimits): Volume {
  const found = createHash('sha256').update(bytes).digest('hex');
  if (found !== sha256) {
    throw new HepastageError(ErrorCode.STORE_UNAVAILABLE, {
      what: `the stored file of ${name} is not the one that was uploaded`,
      expected: `sha256 ${sha256}`,
      received: found,
      action: 'check the object store, and send the study again',
    });
  }
  return at(name, () => decodeNifti(bytes, limits, kind));
}

/** What `work` throws is said to be at `name`. */
function at<T>(name: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw HepastageError.from(error).at(name);
  }
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
