import { finds, setting } from '../mistakes.ts';
import { named } from '../objects.ts';
import { waysOut } from './ways-out.ts';

finds(waysOut, [
  [
    'traces that no policy lets go',
    /hepastage-api api: reaches its collector/,
    setting('hepastage-shared', 'OTEL_EXPORTER_OTLP_ENDPOINT', 'http://collector:4318'),
  ],
  [
    'a sampler that asks the caller',
    /lets no stranger/,
    setting('hepastage-shared', 'OTEL_EXPORTER_OTLP_ENDPOINT', 'http://collector:4318'),
  ],
  [
    'a PACS that no policy lets reach',
    /hepastage-worker worker: reaches its PACS/,
    setting('hepastage-worker', 'HEPASTAGE_PACS_URL', 'https://pacs.example/dicom-web'),
  ],
  [
    'a way to a PACS that nobody sends to',
    /hepastage-worker worker: reaches its PACS/,
    (objects) => {
      const policy = structuredClone(named(objects, 'NetworkPolicy', 'hepastage-stores'));
      policy.metadata!.name = 'hepastage-pacs';
      objects.push(policy);
    },
  ],
]);
