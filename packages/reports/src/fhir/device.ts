import { schemeUris } from '../coding/code.ts';
import { hepastageCodes } from '../coding/hepastage-codes.ts';
import type { ReportHeader } from '../report-header.ts';
import { researchUseOnly } from '../remarks.ts';
import { concept, uidIdentifier } from './elements.ts';
import type { FhirObject } from './json.ts';

/** The model that answered: its name, version and digest, and the software around it. */
export function device({ model, software, deviceUid }: ReportHeader): FhirObject {
  return {
    resourceType: 'Device',
    id: 'device',
    identifier: [
      uidIdentifier(deviceUid),
      { type: concept(hepastageCodes.modelDigest), system: schemeUris['99HEPASTAGE'], value: model.sha256 },
    ],
    status: 'active',
    manufacturer: 'hepastage',
    deviceName: [{ name: model.name, type: 'model-name' }],
    version: [
      { type: { text: 'model' }, value: model.version },
      ...(software === '' ? [] : [{ type: { text: 'software' }, value: software }]),
    ],
    note: [{ text: researchUseOnly }],
  };
}
