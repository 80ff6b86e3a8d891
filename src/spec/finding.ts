/** One thing to say about a document, and where in it. */
export interface Finding {
  readonly level: "error" | "warning";
  /** JSON pointer of the value that broke the rule; "" is the whole document. */
  readonly at: string;
  readonly message: string;
  readonly hint?: string;
}

/** Where a rule puts what it finds. Plain calls: generators cost a millisecond in all when run cold. */
export type Report = (finding: Finding) => void;

export function problem(at: string, message: string, hint?: string): Finding {
  return hint === undefined ? { level: "error", at, message } : { level: "error", at, message, hint };
}

export function warning(at: string, message: string, hint?: string): Finding {
  return hint === undefined ? { level: "warning", at, message } : { level: "warning", at, message, hint };
}
