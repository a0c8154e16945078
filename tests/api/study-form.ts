/** Parts of an upload: bytes become files, strings become fields. */
export type Parts = readonly (readonly [name: string, content: Uint8Array<ArrayBuffer> | string])[];

export function studyForm(parts: Parts): FormData {
  const form = new FormData();
  for (const [name, content] of parts) {
    if (typeof content === 'string') form.append(name, content);
    else form.append(name, new Blob([content]), 'volume.nii.gz');
  }
  return form;
}

export async function postStudy(
  url: string,
  parts: Parts,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  return fetch(`${url}/v1/studies`, { method: 'POST', body: studyForm(parts), headers });
}

export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly instance: string;
  readonly retryable: boolean;
  readonly where?: string;
}

export async function problemOf(response: Response): Promise<Problem> {
  return (await response.json()) as Problem;
}
