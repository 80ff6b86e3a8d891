/** More about a log record: each becomes a key of the line. */
export type LogFields = Readonly<Record<string, string | number | undefined>>;

/**
 * What code below the command line may say. There is no `error`: a failure is thrown, and the command line
 * writes the one error record that engines look for.
 */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  warning(message: string, fields?: LogFields): void;
}
