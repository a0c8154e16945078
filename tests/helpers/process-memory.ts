import { readFile } from 'node:fs/promises';

/** Most memory that a process has had resident so far, bytes (Linux: VmHWM). */
export async function peakResidentBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const [, kibibytes] = /^VmHWM:\s+(\d+) kB$/m.exec(status) ?? [];
  if (kibibytes === undefined) throw new Error(`/proc/${pid}/status has no VmHWM`);
  return Number(kibibytes) * 1024;
}
