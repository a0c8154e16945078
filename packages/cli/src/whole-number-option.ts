import { InvalidArgumentError } from 'commander';

/** Parses the value of an option that is a whole number. */
export function wholeNumber(minimum: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== '' && Number.isInteger(value) && value >= minimum) return value;
    throw new InvalidArgumentError(`expected a whole number of at least ${minimum}`);
  };
}
