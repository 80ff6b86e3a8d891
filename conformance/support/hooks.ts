/** Hooks that are shell scripts and write into one directory, seen from the host and from the container. */
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Config } from "./bundle.ts";
import type { Runtime } from "./runtime.ts";

export const hookNames = [
  "prestart",
  "createRuntime",
  "createContainer",
  "startContainer",
  "poststart",
  "poststop",
] as const;

export type HookName = (typeof hookNames)[number];

/** Where the directory is in the container; the hooks and the program find it as $D. */
const inside = "/run";

export class HookScripts {
  readonly directory: string;
  readonly #scripts: Partial<Record<HookName, unknown[]>> = {};

  constructor(runtime: Runtime) {
    this.directory = join(runtime.directory, "hooks");
    mkdirSync(this.directory, { recursive: true });
  }

  /** One more hook of this kind; in the script $D is the directory. `more` are other members of the hook. */
  add(name: HookName, script: string, more: Record<string, unknown> = {}): this {
    const env = [`D=${this.directoryOf(name)}`, "PATH=/usr/bin:/bin"];
    this.#scripts[name] ??= [];
    this.#scripts[name].push({ path: "/bin/sh", args: ["sh", "-c", script], env, ...more });
    return this;
  }

  /** Puts the hooks into a config, whose container gets the directory too. */
  readonly edit = (config: Config): void => {
    config.hooks = this.#scripts;
    config.process.env.push(`D=${inside}`);
    config.mounts.push({
      destination: inside,
      source: this.directory,
      type: "none",
      options: ["bind", "rw"],
    });
  };

  /** The text of a file that the scripts wrote; empty when none did. */
  read(file: string): string {
    const path = join(this.directory, file);
    return existsSync(path) ? readFileSync(path, "utf8") : "";
  }

  /** startContainer alone runs after pivot_root: it sees the container's paths. */
  directoryOf(name: HookName): string {
    return name === "startContainer" ? inside : this.directory;
  }
}
