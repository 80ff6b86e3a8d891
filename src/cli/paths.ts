/**
 * `path` as an absolute path, `.`, `..` and doubled slashes taken out, by text alone. Symbolic links are not
 * followed: the caller's words are made independent of a later chdir, nothing more. (`node:path` would do
 * the same, for a millisecond at start.)
 */
export function absolutePath(cwd: string, path: string): string {
  const parts: string[] = [];
  for (const part of (path.startsWith("/") ? path : `${cwd}/${path}`).split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return `/${parts.join("/")}`;
}
