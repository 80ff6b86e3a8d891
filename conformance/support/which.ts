import { call } from "./call.ts";

/** The path of a program, for callers that do not search $PATH. */
export function findProgram(name: string): string {
  return call(["sh", "-c", 'command -v "$1"', "sh", name]).stdout.trim();
}
