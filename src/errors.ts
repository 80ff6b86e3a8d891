/**
 * The kinds of failure a caller can tell apart without reading the text. They are the `code` of the
 * JSON log line and of every error the library throws.
 */
export type ErrorCode =
  | "config" // config.json (or another input document) breaks a rule; `at` says where
  | "usage" // the command line is wrong
  | "host" // the host lacks something the config asks for
  | "syscall" // the kernel refused a call
  | "hook" // a hook failed
  | "state" // the container's status does not allow the action
  | "not_found" // no such container
  | "exists" // the container id is taken
  | "executable" // the program of process.args cannot be executed
  | "internal"; // a defect of tsrunc

export interface ErrorDetails {
  /** JSON pointer into config.json (`/mounts/0`), or the flag or path the error is about. */
  readonly at?: string | undefined;
  /** What a person can do about it. Kept apart from the message, because engines match on messages. */
  readonly hint?: string | undefined;
  /** The kernel's errno, when one is behind the failure. */
  readonly errno?: number | undefined;
  readonly cause?: unknown;
}

/**
 * The only error class that leaves this code base. The message is lower case, without a full stop, and
 * reads "cannot DO something: reason".
 */
export class RuntimeError extends Error {
  readonly code: ErrorCode;
  readonly at: string | undefined;
  readonly hint: string | undefined;
  readonly errno: number | undefined;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = "RuntimeError";
    this.code = code;
    this.at = details.at;
    this.hint = details.hint;
    this.errno = details.errno;
  }
}

/** A rule of config.json is broken at `at`, a JSON pointer. */
export function configError(at: string, message: string, hint?: string): RuntimeError {
  return new RuntimeError("config", message, { at, hint });
}
