import type { DescEnum } from '@bufbuild/protobuf';

/** The name of an enum's value as canonical JSON has it: `enumName(SequenceSchema, Sequence.T1W)` is `T1W`. */
export function enumName(schema: DescEnum, value: number): string {
  const found = schema.value[value];
  if (found === undefined) throw new RangeError(`${schema.typeName} has no value ${value}`);
  return found.name;
}

/** The value of that name, or undefined if the enum has none. */
export function enumValue(schema: DescEnum, name: string): number | undefined {
  return schema.values.find((value) => value.name === name)?.number;
}
