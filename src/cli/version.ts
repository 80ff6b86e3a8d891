/** Replaced by the build (`--define TSRUNC_COMMIT='"abc"'`); absent when run from source. */
declare const TSRUNC_COMMIT: string | undefined;

/** The same as in package.json; a test compares them. */
export const version = "0.1.0";

export const commit: string | undefined = typeof TSRUNC_COMMIT === "string" ? TSRUNC_COMMIT : undefined;

/**
 * The lines of `--version`. Docker takes name and version from the line with the word "version" in it (the
 * last one, so there is only one) and reads `commit: `. containerd's client looks for a first line that
 * starts with "runc version " and takes anything else, crun's for one, as "version unknown" without an
 * error. So the first line can say what this program is.
 */
export function formatVersion(build: { version: string; commit?: string | undefined; spec: string }): string {
  const commitLine = build.commit === undefined ? "" : `commit: ${build.commit}\n`;
  return `tsrunc version ${build.version}\n${commitLine}spec: ${build.spec}\n`;
}
