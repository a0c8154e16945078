/** Of an entry's data these fields are shown. All else may be what a client said of its study, or where it is told of it: references, series, UIDs, webhooks. */
const shownFields = ['jobId', 'tenant', 'createdAt', 'replayOf'] as const;

/** What the page shows of an entry's data. */
export function shownData(data: unknown): Readonly<Record<string, unknown>> {
  if (typeof data !== 'object' || data === null) return {};
  const fields = data as Readonly<Record<string, unknown>>;
  return Object.fromEntries(shownFields.flatMap((name) => (name in fields ? [[name, fields[name]]] : [])));
}
