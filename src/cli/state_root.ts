import { RuntimeError } from "../errors.ts";
import { absolutePath } from "./paths.ts";

export interface StateRootFacts {
  /** The value of --root. */
  readonly given: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  cwd(): string;
  euid(): number;
  inUserNamespace(): boolean;
}

/**
 * Where the states live. A caller without privileges has its own directory. So has root inside a user
 * namespace, unless $USER says that this is a login of root: tools such as `unshare -r` keep the user's
 * environment, and /run is not writable there. The questions to the kernel are asked only as far as needed.
 */
export function chooseStateRoot(facts: StateRootFacts): string {
  if (facts.given !== undefined) return checkGivenRoot(facts.given, facts.cwd);
  const runtimeDirectory = facts.env.XDG_RUNTIME_DIR;
  if (runtimeDirectory && hasOwnDirectory(facts)) return absolutePath("/", `${runtimeDirectory}/tsrunc`);
  return "/run/tsrunc";
}

function hasOwnDirectory(facts: StateRootFacts): boolean {
  return facts.euid() !== 0 || (facts.env.USER !== "root" && facts.inUserNamespace());
}

function checkGivenRoot(given: string, cwd: () => string): string {
  if (given === "")
    throw new RuntimeError("usage", "option --root argument should not be empty", { at: "--root" });
  const root = given.startsWith("/") ? absolutePath("/", given) : absolutePath(cwd(), given);
  if (root !== "/") return root;
  throw new RuntimeError("usage", "Option --root argument should not be set to /", { at: "--root" });
}
