import assert from 'node:assert/strict';
import { test } from 'node:test';
import { environmentOf } from './environment.ts';
import { type ClusterObject, containerOf, containersOf, named, ofKind, podsOf } from './objects.ts';
import { digest, exampleName, renderExamples } from './render.ts';

const renderings = [...(await renderExamples('cpu')), ...(await renderExamples('gpu'))];

for (const overlay of ['cpu', 'gpu']) {
  test(`what the example for production sets over ${overlay} is what pods get`, () => {
    const objects = rendered('production', overlay);
    const api = environment(objects, 'hepastage-api', 'api');
    const worker = environment(objects, 'hepastage-worker', 'worker');
    for (const settings of [api, worker]) {
      assert.equal(settings['HEPASTAGE_OBJECT_STORE'], 's3://hospital-hepastage');
      assert.equal(settings['AWS_REGION'], 'eu-west-1');
      assert.equal(settings['OTEL_EXPORTER_OTLP_ENDPOINT'], 'http://otel-collector.monitoring.svc:4318');
      assert.equal(settings['OTEL_TRACES_SAMPLER'], 'traceidratio');
      assert.equal(settings['OTEL_TRACES_SAMPLER_ARG'], '0.1');
    }
    assert.equal(worker['HEPASTAGE_PACS_URL'], 'https://pacs.hospital.example/dicom-web');
    assert.equal(api['HEPASTAGE_TLS_CERT_FILE'], '/run/secrets/tls/tls.crt');
    for (const service of ['api', 'worker'])
      assert.deepEqual(modelOf(objects, `hepastage-${service}`), [
        's3://hospital-models/cirrmri-1.0.0',
        digest,
      ]);
  });

  test(`what the example for production patches over ${overlay} is what it says`, () => {
    const objects = rendered('production', overlay);
    assert.deepEqual(addressesOf(objects, 'hepastage-stores', 0), ['10.20.0.5/32']);
    assert.ok(addressesOf(objects, 'hepastage-stores', 1).includes('10.20.0.9/32'));
    assert.deepEqual(addressesOf(objects, 'hepastage-pacs', 0), ['10.30.0.7/32']);
    for (const { spec } of ofKind(objects, 'HTTPRoute'))
      assert.deepEqual(spec.hostnames, ['hepastage.hospital.example']);
    assert.equal(ofKind(objects, 'Service')[0]?.spec?.ports?.[0]?.appProtocol, 'https');
    for (const { metadata } of ofKind(objects, 'Ingress'))
      assert.equal(metadata?.annotations?.['nginx.ingress.kubernetes.io/backend-protocol'], 'HTTPS');
    for (const { image = '' } of podsOf(objects).flatMap(containersOf)) {
      assert.match(image, /^registry\.hospital\.example\/hepastage\//);
      assert.ok(image.endsWith(`@sha256:${digest}`), image);
    }
  });

  test(`the canary of the README over ${overlay} has its own model, and the rest of production`, () => {
    const objects = rendered('canary', overlay);
    const { HEPASTAGE_CANARY, ...canary } = environment(objects, 'hepastage-worker-canary', 'worker');
    assert.equal(HEPASTAGE_CANARY, 'true');
    assert.deepEqual(canary, environment(objects, 'hepastage-worker', 'worker'));
    assert.deepEqual(modelOf(objects, 'hepastage-worker-canary'), [
      's3://hospital-models/cirrmri-1.1.0',
      digest,
    ]);
    assert.deepEqual(modelOf(objects, 'hepastage-worker'), ['s3://hospital-models/cirrmri-1.0.0', digest]);
  });

  test(`in another namespace over ${overlay} nothing says hepastage as a namespace`, () => {
    const objects = rendered('hospital-a', overlay);
    assert.deepEqual(
      ofKind(objects, 'Namespace').map(({ metadata }) => metadata?.name),
      ['hospital-a'],
    );
    assert.doesNotMatch(
      JSON.stringify(objects),
      /namespace(?:\\?"|'|\.name)?\s*[:=]\s*\\?"hepastage\\?"|\.hepastage(?:\.svc|")|serviceaccount:hepastage:/,
    );
  });
}

function rendered(folder: string, overlay: string): ClusterObject[] {
  const found = renderings.find(({ name }) => name === exampleName(folder, overlay));
  assert.ok(found, folder);
  return found.objects;
}

/** Variables of a container of a Deployment. */
function environment(objects: readonly ClusterObject[], deployment: string, name: string) {
  return environmentOf(containerOf(objects, `Deployment/${deployment}`, name), objects);
}

function modelOf(objects: readonly ClusterObject[], deployment: string) {
  const { MODEL_SOURCE, MODEL_SHA256 } = environment(objects, deployment, 'model');
  return [MODEL_SOURCE, MODEL_SHA256];
}

/** Where a rule of a NetworkPolicy leads out to. */
function addressesOf(objects: readonly ClusterObject[], policy: string, rule: number) {
  return (named(objects, 'NetworkPolicy', policy).spec?.egress?.[rule]?.to ?? []).map(
    ({ ipBlock }) => ipBlock?.cidr,
  );
}
