import type { IContainer } from 'kubernetes-models/v1';
import { type ClusterObject, ofKind, type Pod } from './objects.ts';

/** The variables that a container would see, but for those of Kubernetes itself. As there, its own come before what whole ConfigMaps say. */
export function environmentOf(
  { env = [], envFrom = [] }: IContainer,
  objects: readonly ClusterObject[],
): Record<string, string> {
  const maps = new Map(ofKind(objects, 'ConfigMap').map(({ metadata, data = {} }) => [metadata?.name, data]));
  return {
    ...Object.assign({}, ...envFrom.map(({ configMapRef }) => maps.get(configMapRef?.name))),
    ...Object.fromEntries(
      env.map(({ name, value, valueFrom }) => {
        const { name: map, key = '' } = valueFrom?.configMapKeyRef ?? {};
        return [name, value ?? maps.get(map)?.[key] ?? ''];
      }),
    ),
  };
}

/** Paths of the files that Secrets would be in the container, by `name/key`. */
export function secretFilesOf(
  { volumeMounts = [] }: IContainer,
  { spec: { volumes = [] } }: Pod,
): Map<string, string> {
  const parts = volumeMounts.flatMap(({ name, mountPath }) => {
    const volume = volumes.find((one) => one.name === name);
    const all = [
      { name: volume?.secret?.secretName, items: volume?.secret?.items },
      ...(volume?.projected?.sources ?? []).map(({ secret }) => ({
        name: secret?.name,
        items: secret?.items,
      })),
    ];
    return all.flatMap(({ name: secret, items = [] }) =>
      items.map(({ key, path }) => [`${mountPath}/${path}`, `${secret}/${key}`] as const),
    );
  });
  return new Map(parts);
}
