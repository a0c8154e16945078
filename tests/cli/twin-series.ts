import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PhantomDicom } from '../helpers/phantom-dicom.ts';

interface Truth {
  readonly series: readonly { readonly role: string; readonly seriesInstanceUid: string }[];
}

/** SeriesInstanceUIDs of the series that are the twins of the phantom's NIfTI files, as its generator tells. */
export async function twinSeries({ folder }: PhantomDicom): Promise<Record<'t1w' | 't2w', string>> {
  const { series } = JSON.parse(await readFile(join(folder, '../series.json'), 'utf8')) as Truth;
  const uidOf = (role: string) => series.find((one) => one.role === role)!.seriesInstanceUid;
  return { t1w: uidOf('t1w'), t2w: uidOf('t2w') };
}
