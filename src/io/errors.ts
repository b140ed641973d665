/**
 * The errors of the format readers. They see bytes, not files: whoever opened the file puts its path in front.
 */

/**
 * Bytes are not what their format says, or hold something that is not read here. The message says what came and what was
 * expected.
 *
 * @example
 * try {
 *   readModel(new Uint8Array(100));
 * } catch (error) {
 *   error instanceof FormatError; // true
 * }
 */
export class FormatError extends Error {
  override name = 'FormatError';
}

/**
 * How a message names an option: `key`, or with a value to give it.
 *
 * @param value - As the command line takes it.
 * @param literal - As code writes it. Default: the value as a string.
 */
export type SayOption = (name: string, value?: string, literal?: string) => string;

/** As code writes it: `like`, `key: 'images'`, `resize: [28, 28]`. */
const inCode: SayOption = (name, value, literal = `'${value}'`) =>
  value === undefined ? name : `${name}: ${literal}`;

/** A FormatError whose advice is an option of the call. The command line says the same with its own names: `--key images`. */
export class OptionError extends FormatError {
  /** The message, with options named by `option`. */
  readonly messageWith: (option: SayOption) => string;

  constructor(messageWith: (option: SayOption) => string) {
    super(messageWith(inCode));
    this.messageWith = messageWith;
  }
}
