import { ErrorCodeSchema } from '@hepastage/proto';
import { Type } from 'typebox';

export const problemMediaType = 'application/problem+json';

/** Codes of the contract; the zero value is never sent. */
const codes = ErrorCodeSchema.values.filter((value) => value.number !== 0).map((value) => value.name);
const value = (description: string) =>
  Type.Optional(Type.Union([Type.String(), Type.Number()], { description }));

/** RFC 9457 problem details, and what else an error says. */
export const problemSchema = Type.Object(
  {
    type: Type.String({ description: 'URN of the code.' }),
    title: Type.String({ description: 'The code in words.' }),
    status: Type.Integer({ description: 'The HTTP status.' }),
    code: Type.Unsafe<string>({ type: 'string', enum: codes, description: 'Stable: branch on this.' }),
    detail: Type.String({ description: 'What was wrong, where, and what to do.' }),
    instance: Type.String({ description: 'The request id: the log has more under it.' }),
    retryable: Type.Boolean({ description: 'Whether the same request may succeed later.' }),
    where: Type.Optional(Type.String({ description: 'The part, parameter or header field.' })),
    expected: value('What it should be, limits included.'),
    received: value('What it was.'),
    action: Type.Optional(Type.String({ description: 'What to do about it.' })),
  },
  { $id: 'Problem', description: 'RFC 9457 problem details.' },
);
