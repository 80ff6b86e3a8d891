import { RuntimeError } from "../errors.ts";

/** Ids name directories, so they hold nothing that could lead elsewhere. @throws RuntimeError `usage` */
export function checkContainerId(id: string): void {
  if (id === "") throw new RuntimeError("usage", "container id cannot be empty");
  if (id === "." || id === ".." || id.length > 1024 || !/^[\w+.-]+$/.test(id)) {
    throw new RuntimeError("usage", `invalid container ID format: ${JSON.stringify(id)}`, {
      hint: "an id consists of letters, digits, _, +, - and .",
    });
  }
}
