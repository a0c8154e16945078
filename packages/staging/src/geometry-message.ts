import { create } from '@bufbuild/protobuf';
import type { Geometry } from '@hepastage/imaging';
import { type Geometry as GeometryMessage, GeometrySchema } from '@hepastage/proto';

/** An image's grid as results and reports carry it. */
export function geometryMessage({ dims, spacing, orientation, affineSource }: Geometry): GeometryMessage {
  return create(GeometrySchema, { dims: [...dims], spacingMm: [...spacing], orientation, affineSource });
}
