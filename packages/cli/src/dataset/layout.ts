import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import type { CohortRow } from '../prepare/cohort.ts';
import { filesBelow } from '../study/files-below.ts';

export type Sequence = CohortRow['sequence'];
export type Group = 'patient' | 'healthy';
/** NIfTI volumes, or folders of PNG slices. */
export type ImageLayout = '3d' | '2d';
export type Split = 'train' | 'valid' | 'test';

/** One image of CirrMRI600+: a file, or a folder of slices. */
export interface DatasetImage {
  readonly group: Group;
  readonly id: number;
  readonly sequence: Sequence;
  readonly layout: ImageLayout;
  /** The dataset's own; healthy subjects have none. */
  readonly split: Split | undefined;
  readonly image: string;
  readonly mask: string | undefined;
}

/** What lies in a folder of CirrMRI600+. Paths in lists are relative to it. */
export interface DatasetFiles {
  readonly images: readonly DatasetImage[];
  readonly tables: readonly string[];
  readonly masksAlone: readonly string[];
  /** Further images (or masks) of what there is one of already: not used. */
  readonly repeated: readonly string[];
  readonly unknown: readonly string[];
}

/** A PNG per slice makes the dataset some 60,000 files. */
const filesMax = 1_000_000;

/** Folders above these may be anything: zips nest their folder once more. */
const patterns: readonly { group: Group; layout: ImageLayout; pattern: RegExp }[] = [
  {
    group: 'patient',
    layout: '3d',
    pattern:
      /\/Cirrhosis_T(?<t>[12])_3D\/(?:.*\/)?(?<split>train|valid|test)_(?<kind>images|masks)\/(?<id>\d+)\.nii(?:\.gz)?$/i,
  },
  {
    group: 'patient',
    layout: '2d',
    pattern:
      /\/Cirrhosis_T(?<t>[12])_2D\/(?:.*\/)?(?<split>train|valid|test)\/(?<id>\d+)\/(?<kind>images|masks)\/[^/]+\.png$/i,
  },
  {
    group: 'healthy',
    layout: '3d',
    pattern: /\/T(?<t>[12])_W_Healthy\/(?:.*\/)?T[12]_(?<kind>images|masks)\/(?<id>\d+)\.nii(?:\.gz)?$/i,
  },
];
const table = /(_age_gender_evaluation|\/Healthy_demographics)\.csv$/i;
/** What explains the tables, and what macOS leaves in folders and zips. */
const passedOver = /\/(labels\.txt|__MACOSX\/.*|\.[^/]*)$/i;

/** Finds the images of CirrMRI600+ and its tables by their places, however deep they lie. Throws INVALID_REQUEST, TOO_MANY_FILES. */
export async function datasetFiles(folder: string): Promise<DatasetFiles> {
  const root = resolve(folder);
  const images = new Map<string, DatasetImage>();
  const masks = new Map<string, string>();
  const tables: string[] = [];
  const repeated = new Set<string>();
  const unknown: string[] = [];
  for (const path of await filesBelow(root, filesMax)) {
    // With the folder's own name: it may be the one of a single zip.
    const place = `/${join(basename(root), relative(root, path)).replaceAll(sep, '/')}`;
    if (passedOver.test(place)) continue;
    const found = pieceAt(path, place);
    if (found === undefined) {
      (table.test(place) ? tables : unknown).push(path);
      continue;
    }
    const { kind, ...piece } = found;
    const key = keyOf(piece);
    const known = kind === 'masks' ? masks.get(key) : images.get(key)?.image;
    if (known !== undefined && known !== piece.image) repeated.add(piece.image);
    else if (kind === 'masks') masks.set(key, piece.image);
    else images.set(key, piece);
  }
  const short = (paths: Iterable<string>): string[] => Array.from(paths, (path) => relative(root, path));
  return {
    images: Array.from(images, ([key, image]) => ({ ...image, mask: masks.get(key) })),
    tables,
    masksAlone: short(Array.from(masks).flatMap(([key, path]) => (images.has(key) ? [] : [path]))),
    repeated: short(repeated),
    unknown: short(unknown),
  };
}

function pieceAt(path: string, place: string): (DatasetImage & { kind: string }) | undefined {
  for (const { group, layout, pattern } of patterns) {
    const parts = pattern.exec(place)?.groups;
    if (parts === undefined) continue;
    return {
      group,
      id: Number(parts['id']),
      sequence: parts['t'] === '1' ? 'T1W' : 'T2W',
      layout,
      split: parts['split']?.toLowerCase() as Split | undefined,
      image: layout === '2d' ? dirname(path) : path,
      mask: undefined,
      kind: parts['kind']!.toLowerCase(),
    };
  }
  return undefined;
}

function keyOf({ group, id, sequence, layout }: DatasetImage): string {
  return `${group} ${id} ${sequence} ${layout}`;
}
