/** The version of the runtime-spec that tsrunc follows, and reports in every state document. */
export const specVersion = "1.3.0";
