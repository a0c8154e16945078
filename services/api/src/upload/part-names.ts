import { ErrorCode, HepastageError } from '@hepastage/proto';
import { isPartName, type PartName, partNames } from '../schemas/study-parts.ts';

/** The names of a form's parts so far. DICOM objects may share a name; everything else comes once. */
export class PartNames {
  readonly #partsMax: number;
  readonly #seen = new Set<PartName>();
  readonly #single = new Set<PartName>();
  #parts = 0;

  constructor(partsMax: number) {
    this.#partsMax = partsMax;
  }

  /** The next part's name. Throws TOO_MANY_PARTS, UNKNOWN_PART, DUPLICATE_PART. */
  check(name: string | undefined): PartName {
    this.#parts += 1;
    if (this.#parts > this.#partsMax) {
      throw new HepastageError(ErrorCode.TOO_MANY_PARTS, {
        what: 'the form has too many parts',
        expected: `at most ${this.#partsMax}`,
        action: 'send one study at a time, as a zip if it has many files',
      });
    }
    if (!isPartName(name)) throw unknownPart(this.#parts);
    if (this.#single.has(name)) throw duplicate(name);
    return name;
  }

  /** The part of this name, just checked, must be its only one. Throws DUPLICATE_PART. */
  once(name: PartName): void {
    if (this.#seen.has(name)) throw duplicate();
    this.#single.add(name);
  }

  /** There may be others of the name. */
  many(name: PartName): void {
    this.#seen.add(name);
  }
}

/** The name is not repeated: whoever misnames a part may have put anything there. */
function unknownPart(position: number): HepastageError {
  return new HepastageError(ErrorCode.UNKNOWN_PART, {
    what: 'there is a part that this form does not have',
    where: `part number ${position}`,
    expected: partNames.join(', '),
    action: 'rename it or leave it out',
  });
}

function duplicate(name?: PartName): HepastageError {
  return new HepastageError(ErrorCode.DUPLICATE_PART, {
    what: 'the part was sent twice',
    ...(name !== undefined && { where: `part ${name}` }),
    expected: 'each part at most once, unless it is DICOM',
    action: 'send one of them',
  });
}
