import type { Row } from '../dashboard.ts';
import { hourlyBy, quantileBy, quantilesBy } from '../queries.ts';

const requests = 'hepastage_http_request_duration_seconds';
const uploads = 'method="POST", route=~"/v1/studies|/dicomweb/studies.*"';

/** How uploads are answered. */
export const acceptance: Row = {
  title: 'Acceptance',
  panels: [
    {
      kind: 'timeseries',
      title: 'Uploads by answer, in an hour',
      description:
        '2xx is accepted (DICOMweb: stored); 4xx is the client’s to change; 5xx is ours: 503 says when to come back.',
      unit: 'short',
      queries: [
        {
          expr: hourlyBy('class', 'hepastage_upload_answers_total{instance=~"$instance"}'),
          legend: '{{class}}',
        },
      ],
      width: 8,
      stacked: true,
      runbooks: ['slo-acceptance', 'hepastagemostuploadsrefused'],
    },
    {
      kind: 'timeseries',
      title: 'Refused, by code, in an hour',
      description:
        'Why uploads were refused, over REST and DICOMweb: proto/hepastage/v1/error.proto explains each code.',
      unit: 'short',
      queries: [
        {
          expr: hourlyBy('code', 'hepastage_refused_uploads_total{instance=~"$instance"}'),
          legend: '{{code}}',
        },
      ],
      width: 8,
      stacked: true,
      runbooks: ['hepastagemostuploadsrefused'],
    },
    {
      kind: 'timeseries',
      title: 'Duration of uploads',
      description: 'Until the answer; most of it is the sender’s line.',
      unit: 's',
      queries: quantilesBy([0.5, 0.95, 0.99], '', requests, `{${uploads}, instance=~"$instance"}`),
      width: 8,
    },
    {
      kind: 'timeseries',
      title: 'Duration of other requests, p95',
      description:
        'By route. /v1/jobs/:id includes long polls (Prefer: wait=N), which last as long as they were asked to.',
      unit: 's',
      queries: [
        {
          expr: quantileBy(0.95, 'route', requests, '{method!="POST", instance=~"$instance"}'),
          legend: '{{route}}',
        },
      ],
      width: 8,
    },
    {
      kind: 'timeseries',
      title: 'Accepted, by door, in an hour',
      description: 'Studies over REST and over DICOMweb.',
      unit: 'short',
      queries: [
        {
          expr: hourlyBy('door', 'hepastage_accepted_studies_total{instance=~"$instance"}'),
          legend: '{{door}}',
        },
      ],
      width: 8,
      stacked: true,
    },
    {
      kind: 'timeseries',
      title: 'Bytes received',
      description: 'Of files, over all APIs.',
      unit: 'Bps',
      queries: [
        {
          expr: 'sum(rate(hepastage_upload_bytes_total{instance=~"$instance"}[$__rate_interval]))',
          legend: 'received',
        },
      ],
      width: 4,
    },
    {
      kind: 'timeseries',
      title: 'Uploads in progress',
      description: 'Each takes some 6 MiB of the API’s memory.',
      unit: 'short',
      queries: [{ expr: 'sum(hepastage_uploads_active{instance=~"$instance"})', legend: 'uploads' }],
      width: 4,
    },
  ],
};
