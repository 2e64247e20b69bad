/** How the text of an option becomes a value, and how a sample file shows it. */
export interface ValueType<T> {
  /** As oslo.config's sample files name it, e.g. `integer value`. */
  readonly name: string;
  /** @throws {BadValue} with what is expected instead */
  parse(text: string): T;
  /** The value as it would be written in a file. */
  format(value: T): string;
  /** Limits worth a line in the sample file, e.g. `Minimum value: 1`. */
  readonly limits: readonly string[];
}

/** A text that its option does not accept. The message tells what is accepted and does not repeat the text. */
export class BadValue extends Error {
  override readonly name = 'BadValue';
}
