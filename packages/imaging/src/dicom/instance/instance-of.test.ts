import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type DataSet, enhancedMrImageStorage } from '@hepastage/dicom';
import { DicomFrame_Component as Component, type DicomFrame, type DicomInstance } from '@hepastage/proto';
import { buildCsaHeader } from '../testing/csa-builder.ts';
import { mrObject, without } from '../testing/instance-builder.ts';
import { instanceOf } from './instance-of.ts';

test('a classic object is told by its attributes', () => {
  const { dataSet } = mrObject({
    FrameOfReferenceUID: ['2.25.5'],
    Manufacturer: ['Siemens Healthineers'],
    BodyPartExamined: ['LIVER'],
    SeriesDescription: ['t1_vibe_fs_tra^Somebody'],
    SequenceName: ['*fl3d1'],
    SeriesNumber: [4],
    InstanceNumber: [12],
    AcquisitionNumber: [2],
    PixelPaddingValue: [-1],
    BurnedInAnnotation: ['YES'],
    EchoTime: [2.3],
    RepetitionTime: [5],
    FlipAngle: [10],
    EchoNumbers: [1],
    EchoTrainLength: [1],
    SliceThickness: [4],
    SpacingBetweenSlices: [-4.5],
    RescaleSlope: [2],
    RescaleIntercept: [-3],
    TriggerTime: [12],
    TemporalPositionIdentifier: [3],
    MagneticFieldStrength: [15_000],
    MRAcquisitionType: ['3D'],
    ScanningSequence: ['GR'],
    SequenceVariant: ['SP', 'OSP'],
    ScanOptions: ['FS'],
    ContrastBolusAgent: ['11 ml of something'],
  });
  const told = instanceOf(mrObject(dataSet, { overlay: true, missingMetaHeader: true }));
  const { pixels, frames, ...rest } = told;
  const [frame] = frames;
  assert.equal(rest.sopInstanceUid, '2.25.1');
  assert.equal(rest.frameOfReferenceUid, '2.25.5');
  assert.equal(rest.transferSyntaxUid, '1.2.840.10008.1.2.1');
  assert.deepEqual([rest.modality, rest.manufacturer, rest.bodyPart], ['MR', 'SIEMENS', 'LIVER']);
  assert.deepEqual([rest.seriesNumber, rest.instanceNumber, rest.acquisitionNumber], [4, 12, 2]);
  assert.deepEqual(rest.words, ['T1', 'VIBE', 'FAT_SUPPRESSED', 'AXIAL', 'GRADIENT_ECHO', '3D']);
  assert.ok(rest.burnedInAnnotation && rest.overlay && rest.missingMetaHeader);
  assert.deepEqual([pixels!.rows, pixels!.columns, pixels!.paddingValue], [4, 6, -1]);
  assert.deepEqual([pixels!.bitsAllocated, pixels!.bitsStored, pixels!.highBit, pixels!.signed], [16, 12, 11, false]); // prettier-ignore
  assert.deepEqual([frame!.echoTimeMs, frame!.repetitionTimeMs, frame!.flipAngleDegrees], [2.3, 5, 10]);
  assert.deepEqual([frame!.sliceThicknessMm, frame!.spacingBetweenSlicesMm], [4, -4.5]);
  assert.deepEqual([frame!.slope, frame!.intercept], [2, -3]);
  assert.deepEqual([frame!.triggerTimeMs, frame!.temporalPosition, frame!.echoNumber], [12, 3, 1]);
  assert.deepEqual([frame!.magneticFieldTesla, frame!.acquisitionDimensions], [1.5, 3]);
  assert.deepEqual(frame!.sequenceVariant, ['SP', 'OSP']);
  assert.deepEqual([frame!.fatSuppressed, frame!.contrastAgent], [true, true]);
});

test('what is not stated is not set', () => {
  const frame = frameOf({});
  for (const field of [
    'echoTimeMs',
    'bValue',
    'fatSuppressed',
    'inversionTimeMs',
    'temporalPosition',
  ] as const) {
    assert.equal(frame[field], undefined, field);
  }
  assert.deepEqual([frame.slope, frame.intercept, frame.contrastAgent], [1, 0, false]);
});

describe('an enhanced object', () => {
  const shared: DataSet = {
    MRTimingAndRelatedParametersSequence: [
      { RepetitionTime: [1800], FlipAngle: [90], RFEchoTrainLength: [16], EchoTrainLength: [1] },
    ],
    MRModifierSequence: [
      { InversionRecovery: ['YES'], InversionTimes: [160], SpectrallySelectedSuppression: ['NONE'] },
    ],
    PlaneOrientationSequence: [{ ImageOrientationPatient: [1, 0, 0, 0, 0, -1] }],
    PixelMeasuresSequence: [{ PixelSpacing: [2, 2], SliceThickness: [5] }],
    MREchoSequence: [{ EffectiveEchoTime: [90] }],
  };
  const perFrame: DataSet[] = [
    { PlanePositionSequence: [{ ImagePositionPatient: [1, 2, 3] }] },
    {
      PlanePositionSequence: [{ ImagePositionPatient: [1, 2, 8] }],
      MREchoSequence: [{ EffectiveEchoTime: [120] }],
      PlaneOrientationSequence: [{ ImageOrientationPatient: [0, 1, 0, 0, 0, -1] }],
      MRImageFrameTypeSequence: [
        {
          FrameType: ['DERIVED', 'PRIMARY', 'DIFFUSION', 'NONE'],
          ComplexImageComponent: ['PHASE'],
          AcquisitionContrast: ['DIFFUSION'],
        },
      ],
      MRDiffusionSequence: [{ DiffusionBValue: [800] }],
      FrameContentSequence: [{ TemporalPositionIndex: [2] }],
      PixelValueTransformationSequence: [{ RescaleSlope: [3], RescaleIntercept: [1] }],
      CardiacSynchronizationSequence: [{ NominalCardiacTriggerDelayTime: [55] }],
    },
  ];
  const dataSet = without(
    mrObject({
      SOPClassUID: [enhancedMrImageStorage],
      NumberOfFrames: [2],
      EchoPulseSequence: ['SPIN'],
      EchoPlanarPulseSequence: ['YES'],
      ComplexImageComponent: ['MIXED'],
      AcquisitionContrast: ['T2'],
      ContrastBolusUsageSequence: [{ ContrastBolusAgentAdministered: ['YES'] }],
      SharedFunctionalGroupsSequence: [shared],
      PerFrameFunctionalGroupsSequence: perFrame,
    }).dataSet,
    'ImagePositionPatient',
    'ImageOrientationPatient',
    'PixelSpacing',
  );
  const [first, second] = instanceOf({ ...mrObject(), dataSet }).frames as [DicomFrame, DicomFrame];

  test('has a frame for each functional group, whose own values win over shared ones', () => {
    assert.deepEqual([first.positionMm, second.positionMm], [[1, 2, 3], [1, 2, 8]]); // prettier-ignore
    assert.deepEqual(first.orientation, [1, 0, 0, 0, 0, -1]);
    assert.deepEqual(second.orientation, [0, 1, 0, 0, 0, -1]);
    assert.deepEqual([first.echoTimeMs, second.echoTimeMs], [90, 120]);
    assert.deepEqual([first.pixelSpacingMm, first.sliceThicknessMm], [[2, 2], 5]);
    assert.deepEqual([first.slope, second.slope, second.intercept], [1, 3, 1]);
    assert.deepEqual([first.bValue, second.bValue], [undefined, 800]);
    assert.deepEqual([second.temporalPosition, second.triggerTimeMs], [2, 55]);
  });

  test('tells of the whole object what no group does', () => {
    assert.deepEqual(first.imageType, ['ORIGINAL', 'PRIMARY', 'OTHER']);
    assert.deepEqual(second.imageType, ['DERIVED', 'PRIMARY', 'DIFFUSION', 'NONE']);
    assert.deepEqual([first.acquisitionContrast, second.acquisitionContrast], ['T2', 'DIFFUSION']);
    assert.deepEqual([first.component, second.component], [Component.UNSPECIFIED, Component.PHASE]);
    assert.equal(first.contrastAgent, true);
  });

  test('has its scanning sequence and fat suppression derived', () => {
    assert.deepEqual(first.scanningSequence, ['SE', 'IR', 'EP']);
    assert.equal(first.echoTrainLength, 16);
    assert.deepEqual([first.inversionTimeMs, first.fatSuppressed], [160, true]);
  });

  test('without groups has as many frames as it states, without geometry', () => {
    const bare = without(dataSet, 'SharedFunctionalGroupsSequence', 'PerFrameFunctionalGroupsSequence');
    const { frames } = instanceOf({ ...mrObject(), dataSet: bare });
    assert.deepEqual(frames.map(({ positionMm }) => positionMm), [[], []]); // prettier-ignore
  });
});

describe('component', () => {
  const { MAGNITUDE, REAL, IMAGINARY, PHASE, UNSPECIFIED } = Component;
  const cases: readonly (readonly [string, DataSet, Component])[] = [
    ['Complex Image Component', { ComplexImageComponent: ['REAL'], ...type('M') }, REAL],
    ['GE’s 0', { GeRawDataType: [0] }, MAGNITUDE],
    ['GE’s 1', { GeRawDataType: [1] }, PHASE],
    ['GE’s 2', { GeRawDataType: [2] }, REAL],
    ['GE’s 3', { GeRawDataType: [3] }, IMAGINARY],
    ['GE’s 9', { GeRawDataType: [9] }, UNSPECIFIED],
    ['Siemens’ M', type('M', 'ND'), MAGNITUDE],
    ['Siemens’ P', type('P', 'ND'), PHASE],
    ['Philips’ M_FFE', type('M_FFE', 'M', 'FFE'), MAGNITUDE],
    ['Philips’ R_FFE', type('R_FFE', 'R', 'FFE'), REAL],
    ['Philips’ I_TSE', type('I_TSE'), IMAGINARY],
    ['Philips’ PHASE MAP', type('PHASE MAP', 'P', 'FFE'), PHASE],
    ['In phase is no phase', type('IN_PHASE'), UNSPECIFIED],
    ['Values 1 and 2 are none', { ImageType: ['P', 'M', 'OTHER'] }, UNSPECIFIED],
  ];
  for (const [title, attributes, expected] of cases) {
    test(title, () => assert.equal(frameOf(attributes).component, expected));
  }
});

describe('b-value', () => {
  const cases: readonly (readonly [DataSet, number | undefined])[] = [
    [{ DiffusionBValue: [400], SiemensBValue: [50] }, 400],
    [{ SiemensBValue: [50] }, 50],
    [{ PhilipsBValue: [1000] }, 1000],
    [{ PhilipsBValue: [-1] }, undefined],
    [{ GeBValues: [1_000_000_050, 8, 0, 0] }, 50],
    [{ GeBValues: [800, 8, 0, 0] }, 800],
    [{ GeBValues: [900_000_000] }, undefined],
  ];
  for (const [attributes, expected] of cases) {
    test(JSON.stringify(attributes), () => assert.equal(frameOf(attributes).bValue, expected));
  }
});

describe('fat suppression', () => {
  const cases: readonly (readonly [DataSet, boolean | undefined])[] = [
    [{ ScanOptions: ['PFP', 'FS'] }, true],
    [{ ScanOptions: ['PFP'] }, undefined],
    [{ SpectrallySelectedSuppression: ['FAT'] }, true],
    [{ SpectrallySelectedSuppression: ['NONE'] }, false],
    [{ ScanningSequence: ['SE', 'IR'], InversionTime: [160] }, true],
    [{ ScanningSequence: ['SE', 'IR'], InversionTime: [2500] }, undefined],
    [{ ScanningSequence: ['GR'], InversionTime: [160] }, undefined],
  ];
  for (const [attributes, expected] of cases) {
    test(JSON.stringify(attributes), () => assert.equal(frameOf(attributes).fatSuppressed, expected));
  }
});

test('an agent that is none is no agent', () => {
  for (const agent of ['NONE', 'no', '0', 'None']) {
    assert.equal(frameOf({ ContrastBolusAgent: [agent] }).contrastAgent, false, agent);
  }
  assert.equal(frameOf({ ContrastBolusAgent: ['YES'] }).contrastAgent, true);
});

test('orientations that are none are left out', () => {
  for (const cosines of [
    [1, 0, 0],
    [1, 0, 0, 1, 0, 0],
    [2, 0, 0, 0, 1, 0],
    [0, 0, 0, 0, 0, 0],
    [1, 0, 0, 0.1, 0.995, 0],
  ]) {
    // prettier-ignore
    assert.deepEqual(frameOf({ ImageOrientationPatient: cosines }).orientation, []);
  }
  const rounded = [0.999, 0.001, 0, 0, 1, 0];
  assert.deepEqual(frameOf({ ImageOrientationPatient: rounded }).orientation, rounded);
});

describe('texts of the examination', () => {
  test('are heard only of the body part, where the series says none', () => {
    const examination: DataSet = { StudyDescription: ['MRCP Abdomen mit KM'], Manufacturer: ['Philips'] };
    assert.deepEqual(instance({ ...examination, SeriesDescription: ['T2W_TSE'] }).words, [
      'T2',
      'TSE',
      'ABDOMEN',
    ]);
    assert.deepEqual(instance({ ...examination, SeriesDescription: ['T2 Leber'] }).words, ['T2', 'LIVER']);
    assert.deepEqual(instance({ ...examination, BodyPartExamined: ['LIVER'] }).words, []);
  });

  test('GE’s protocol name is one of them', () => {
    const texts: DataSet = { ProtocolName: ['LIVER MRCP'], SeriesDescription: ['Ax T2'] };
    assert.deepEqual(instance({ ...texts, Manufacturer: ['GE MEDICAL SYSTEMS'] }).words, [
      'AXIAL',
      'T2',
      'LIVER',
    ]);
    assert.deepEqual(instance({ ...texts, Manufacturer: ['SIEMENS'] }).words, [
      'AXIAL',
      'T2',
      'LIVER',
      'MRCP',
    ]);
  });
});

describe('a mosaic', () => {
  const imageType = ['ORIGINAL', 'PRIMARY', 'M', 'ND', 'MOSAIC'];
  const csa = (elements: Record<string, string[]>): DataSet => ({
    ImageType: imageType,
    SiemensCsaImageHeader: buildCsaHeader(elements),
  });

  test('tells its tiles and normal', () => {
    const normal = { SliceNormalVector: ['0.0', '0.6', '0.8', ''] };
    const { mosaic } = instance({ ...csa(normal), SiemensTilesInMosaic: [35] });
    assert.deepEqual([mosaic!.tiles, mosaic!.normal], [35, [0, 0.6, 0.8]]);
    assert.equal(instance(csa({ NumberOfImagesInMosaic: ['20'] })).mosaic!.tiles, 20);
  });

  test('tells neither where the file does not, or impossibly', () => {
    const silent = instance({ ImageType: imageType }).mosaic!;
    assert.deepEqual([silent.tiles, silent.normal], [0, []]);
    const wrong = instance({
      ...csa({ SliceNormalVector: ['1', '1', '1'] }),
      SiemensTilesInMosaic: [9999],
    }).mosaic!;
    assert.deepEqual([wrong.tiles, wrong.normal], [0, []]);
    assert.equal(instance({ SiemensTilesInMosaic: [35] }).mosaic, undefined);
  });
});

test('colour is told, not refused', () => {
  const { pixels } = instance({ SamplesPerPixel: [3], PhotometricInterpretation: ['RGB'], BitsAllocated: [8], BitsStored: [8], HighBit: [7], PlanarConfiguration: [1] }); // prettier-ignore
  assert.deepEqual([pixels!.samplesPerPixel, pixels!.photometricInterpretation, pixels!.planarConfiguration], [3, 'RGB', 1]); // prettier-ignore
});

describe('an object that is no MR image is refused', () => {
  const cases: readonly (readonly [DataSet, RegExp])[] = [
    [{ SOPClassUID: ['1.2.840.10008.5.1.4.1.1.2'], Modality: ['CT'] }, /^Modality: the object is no MR image \(expected MR, received CT\)/], // prettier-ignore
    [{ SOPClassUID: ['1.2.840.10008.5.1.4.1.1.66'] }, /^SOPClassUID: .* no MR image \(expected an MR Image Storage class\); leave it out$/], // prettier-ignore
    [{ Modality: ['SOMEBODY'] }, /^Modality: the object is no MR image \(expected MR\); leave it out$/],
  ];
  for (const [attributes, message] of cases) {
    test(JSON.stringify(attributes), () =>
      assert.throws(() => instance(attributes), { codeName: 'WRONG_MODALITY', message }),
    );
  }
});

test('an object of old has a modality only', () => {
  const { dataSet } = mrObject();
  const old = instanceOf({ ...mrObject(), dataSet: without(dataSet, 'SOPClassUID') });
  assert.equal(old.sopClassUid, '1.2.840.10008.5.1.4.1.1.4');
});

test('an object without pixel data is refused', () => {
  assert.throws(() => instanceOf(mrObject({}, { hasPixels: false })), { codeName: 'UNSUPPORTED_PIXELS' });
});

describe('impossible numbers are refused by name', () => {
  const cases: readonly (readonly [DataSet, RegExp])[] = [
    [{ Rows: [0] }, /^Rows: an attribute is impossible \(expected 1 to 65535, received 0\)/],
    [{ Columns: [] }, /^Columns: a required attribute is missing \(expected 1 to 65535\)/],
    [{ BitsAllocated: [12] }, /^BitsAllocated: .*\(expected 8, 16, 32, received 12\)/],
    [{ BitsStored: [17] }, /^BitsStored: .*\(expected 1 to 16, received 17\)/],
    [{ HighBit: [16] }, /^HighBit: .*\(expected 11 to 15, received 16\)/],
    [{ HighBit: [10] }, /^HighBit: .*\(expected 11 to 15, received 10\)/],
    [{ PixelRepresentation: [2] }, /^PixelRepresentation: .*received 2\)/],
    [{ NumberOfFrames: [0] }, /^NumberOfFrames: .*\(expected 1 to 100000, received 0\)/],
    [{ NumberOfFrames: [1e9] }, /^NumberOfFrames: .*received 1000000000\)/],
    [{ NumberOfFrames: [3], PerFrameFunctionalGroupsSequence: [{}, {}] }, /^NumberOfFrames: .*expected 2, one for each functional group, received 3/], // prettier-ignore
    [{ SOPInstanceUID: [] }, /^SOPInstanceUID: a required attribute is missing/],
    [{ SeriesInstanceUID: ['SOMEBODY'] }, /^SeriesInstanceUID: an attribute is impossible \(expected a UID of up to 64 digits and dots\)/], // prettier-ignore
  ];
  for (const [attributes, message] of cases) {
    test(JSON.stringify(attributes), () =>
      assert.throws(() => instance(attributes), { codeName: 'INVALID_ATTRIBUTE', message }),
    );
  }
});

test('frames that nothing tells apart take no memory each, however many a small object claims', () => {
  const { frames } = instance({ NumberOfFrames: [100_000] });
  assert.equal(frames.length, 100_000);
  assert.equal(new Set(frames).size, 1);
});

function instance(attributes: DataSet): DicomInstance {
  return instanceOf(mrObject(attributes));
}

function type(...values: string[]): DataSet {
  return { ImageType: ['ORIGINAL', 'PRIMARY', ...values] };
}

function frameOf(attributes: DataSet): DicomFrame {
  return instance(attributes).frames[0]!;
}
