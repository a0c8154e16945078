import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { IDeployment } from 'kubernetes-models/apps/v1';
import type { IContainer, IPodSpec } from 'kubernetes-models/v1';
import { type ClusterObject, named, ofKind, podsOf } from './objects.ts';
import type { Policy } from './policies/policy.ts';
import { renderOverlay } from './render.ts';

/** Takes something good out of the manifests, or puts something bad into them. */
type Mistake = readonly [what: string, said: RegExp, make: (objects: ClusterObject[]) => unknown];

let rendered: Promise<ClusterObject[]> | undefined;

/** The manifests of the overlay `cpu`, to be spoilt. */
export async function sound(): Promise<ClusterObject[]> {
  return structuredClone(await (rendered ??= renderOverlay('cpu')));
}

/** Tests that the policy can fail: it finds nothing in the manifests, and each of the mistakes. */
export function finds(policy: Policy, mistakes: readonly Mistake[]): void {
  for (const [what, said, make] of mistakes) {
    test(`${what} is found`, async () => {
      const objects = await sound();
      assert.deepEqual(policy(objects), []);
      make(objects);
      assert.match(policy(objects).join('\n'), said);
    });
  }
}

export function deployment(objects: readonly ClusterObject[], service: string): IDeployment {
  return named(objects, 'Deployment', `hepastage-${service}`);
}

/** A change of the pods of a service, and of their first container. */
export function edit(service: string, change: (parts: { pod: IPodSpec; container: IContainer }) => unknown) {
  return (objects: ClusterObject[]) => {
    const { spec } = podsOf(objects).find(({ owner }) => owner === `Deployment/hepastage-${service}`)!;
    change({ pod: spec, container: spec.containers[0]! });
  };
}

export function without(kind: ClusterObject['kind'], name: string) {
  return (objects: ClusterObject[]) => {
    const index = objects.findIndex((object) => object.kind === kind && object.metadata?.name === name);
    assert.notEqual(index, -1);
    objects.splice(index, 1);
  };
}

/** Another value in a ConfigMap, whose name ends with a digest. */
export function setting(map: string, variable: string, value: string) {
  return (objects: ClusterObject[]) => {
    const { data } = ofKind(objects, 'ConfigMap').find(({ metadata }) =>
      metadata?.name?.startsWith(`${map}-`),
    )!;
    data![variable] = value;
  };
}
