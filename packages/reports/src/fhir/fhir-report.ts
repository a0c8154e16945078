import { schemeUris } from '../coding/code.ts';
import { stageCode } from '../coding/hepastage-codes.ts';
import { loinc } from '../coding/standard-codes.ts';
import type { Identifiers } from '../identifiers.ts';
import { reportHeader } from '../report-header.ts';
import type { ReportInput } from '../report-input.ts';
import { conclusionOf, remarksOf } from '../remarks.ts';
import { device } from './device.ts';
import { concept } from './elements.ts';
import { imagingStudy } from './imaging-study.ts';
import type { FhirObject } from './json.ts';
import { observations } from './observations.ts';

/**
 * The result as a FHIR R4 DiagnosticReport that holds everything it refers to. It stays `preliminary`, which R4 defines as not yet verified: no radiologist
 * reads research.
 */
export function fhirReport(input: ReportInput): FhirObject {
  const header = reportHeader(input);
  const { result } = input;
  const subject = subjectOf(header.identifiers);
  const issued = header.createdAt.toISOString();
  const contained = observations(result, subject, issued);
  const text = [conclusionOf(result), ...remarksOf(result)];
  return {
    resourceType: 'DiagnosticReport',
    id: result.jobId,
    language: 'en',
    text: { status: 'generated', div: narrative(text) },
    contained: [...contained, imagingStudy(result, header, subject), device(header)],
    identifier: [
      { system: 'urn:ietf:rfc:3986', value: `urn:uuid:${result.jobId}` },
      ...externalIdentifier(header.identifiers),
    ],
    status: 'preliminary',
    category: [radiology],
    code: concept(loinc.diagnosticImaging),
    subject,
    issued,
    result: contained.map(({ id }) => ({ reference: `#${id as string}` })),
    imagingStudy: [{ reference: '#imaging-study' }],
    conclusion: text.join('\n'),
    conclusionCode: [concept(stageCode(result.stage))],
  };
}

const radiology: FhirObject = {
  coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0074', code: 'RAD', display: 'Radiology' }],
};

/** Whom it is about, by identifier alone: there is no Patient resource, and no name. */
function subjectOf({ patientId, externalReference }: Identifiers): FhirObject {
  const identifier =
    externalReference === undefined
      ? { system: schemeUris['99HEPASTAGE'], value: patientId }
      : { value: externalReference };
  return { type: 'Patient', identifier };
}

function externalIdentifier({ externalReference }: Identifiers): FhirObject[] {
  return externalReference === undefined ? [] : [{ value: externalReference }];
}

function narrative(paragraphs: readonly string[]): string {
  const body = paragraphs.map((paragraph) => `<p>${escapeXml(paragraph)}</p>`).join('');
  return `<div xmlns="http://www.w3.org/1999/xhtml">${body}</div>`;
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escapeXml(text: string): string {
  return text.replaceAll(/[&<>"]/g, (character) => entities[character] ?? '');
}
