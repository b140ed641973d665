/** One part of what `evaluate` reports. */
export interface Section {
  /** What --json has of it, beside what the other sections have. */
  readonly json: Readonly<Record<string, unknown>>;
  /** Prints it for people. */
  readonly print: () => void;
}
