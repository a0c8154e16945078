import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';

/** What a ReplicaSet that must shrink looks at: of pods that are alike otherwise, those with the lower number go first. Without one it is 0. */
export const deletionCost = 'controller.kubernetes.io/pod-deletion-cost';

/** Name of the container port that `/metrics` is on. */
const portName = 'health';

/** What is read of a pod, by the Kubernetes API's names. */
const podSchema = Type.Object({
  metadata: Type.Object({
    name: Type.String(),
    annotations: Type.Optional(Type.Record(Type.String(), Type.String())),
    deletionTimestamp: Type.Optional(Type.String()),
  }),
  spec: Type.Object({
    containers: Type.Array(
      Type.Object({
        ports: Type.Optional(
          Type.Array(Type.Object({ name: Type.Optional(Type.String()), containerPort: Type.Integer() })),
        ),
      }),
    ),
  }),
  status: Type.Object({ phase: Type.Optional(Type.String()), podIP: Type.Optional(Type.String()) }),
});

/** A worker that runs, and may be asked what it has in hand. */
export interface WorkerPod {
  readonly name: string;
  /** Its `/metrics`. */
  readonly url: string;
  /** What it is marked with. */
  readonly cost: string | undefined;
}

/** Undefined for a pod that does not run yet or any more, or is no worker: nobody has to choose it. */
export function workerPodOf(pod: unknown): WorkerPod | undefined {
  if (!Value.Check(podSchema, pod)) return undefined;
  const { metadata, status } = pod;
  const port = healthPortOf(pod);
  const { phase, podIP: address } = status;
  const isRunning = phase === 'Running' && metadata.deletionTimestamp === undefined;
  if (!isRunning || address === undefined || port === undefined) return undefined;
  const host = address.includes(':') ? `[${address}]` : address;
  return {
    name: metadata.name,
    url: `http://${host}:${port}/metrics`,
    cost: metadata.annotations?.[deletionCost],
  };
}

function healthPortOf({ spec }: Static<typeof podSchema>): number | undefined {
  return spec.containers.flatMap(({ ports = [] }) => ports).find(({ name }) => name === portName)
    ?.containerPort;
}
