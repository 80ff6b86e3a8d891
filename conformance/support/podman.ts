/** Podman with files of the test's own; it has no daemon, only a conmon for each container. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { call } from "./call.ts";
import { makeRootfsArchive } from "./image.ts";
import { endProcessesNaming, removeResidue } from "./residue.ts";
import { type Result, runtimePath } from "./runtime.ts";
import { findProgram } from "./which.ts";

export const podmanImage = "localhost/tsrunc-test/busybox";

export class Podman {
  readonly directory: string;
  /** A cgroup, the parent of all containers' cgroups. */
  readonly cgroupParent = `tsrunctest-podman-${process.pid}`;
  #count = 0;

  constructor() {
    this.directory = mkdtempSync(join(tmpdir(), "tsrunc-test-"));
    // The root of a user namespace is somebody else, and has to reach the storage.
    chmodSync(this.directory, 0o755);
    writeFileSync(this.#configFile(), this.#config());
    try {
      const archive = makeRootfsArchive(this.directory);
      this.ok(["import", "--change", 'CMD ["sh"]', "--change", "ENV PATH=/bin", archive, podmanImage]);
    } catch (error) {
      this.dispose();
      throw error;
    }
  }

  newName(): string {
    this.#count += 1;
    return `test-${this.#count}`;
  }

  commandLine(args: readonly string[]): string[] {
    const places = ["root", "runroot", "tmpdir"].map((name) => `--${name}=${join(this.directory, name)}`);
    const configuration = `CONTAINERS_CONF=${this.#configFile()}`;
    return ["env", configuration, "podman", ...places, "--storage-driver=overlay", ...args];
  }

  podman(args: readonly string[], input?: string): Result {
    return call(this.commandLine(args), { input });
  }

  ok(args: readonly string[]): string {
    const { status, stdout, stderr } = this.podman(args);
    if (status !== 0) throw new Error(`podman ${args.join(" ")}: status ${status}: ${stderr}${stdout}`);
    return stdout.replace(/\n$/, "");
  }

  /** The arguments of `podman run`. */
  runArguments(command: readonly string[], ...flags: string[]): string[] {
    // A pod has a cgroup of its own, and gives it to its containers.
    const parent = flags.includes("--pod") ? [] : ["--cgroup-parent", `/${this.cgroupParent}`];
    return ["run", ...parent, ...flags, podmanImage, ...command];
  }

  run(command: readonly string[], ...flags: string[]): Result {
    return this.podman(this.runArguments(command, "--rm", ...flags));
  }

  /** `podman run --rm` of a shell script, which has to succeed. Returns what it printed, without the last newline. */
  sh(script: string, ...flags: string[]): string {
    return this.ok(this.runArguments(["sh", "-c", script], "--rm", ...flags));
  }

  /** Starts a container in the background; returns its name. */
  runDetached(command: readonly string[], ...flags: string[]): string {
    const name = this.newName();
    this.ok(this.runArguments(command, "--detach", "--name", name, ...flags));
    return name;
  }

  inspect(name: string, template: string): string {
    return this.ok(["inspect", "--format", `{{${template}}}`, name]);
  }

  pid(name: string): number {
    return Number(this.inspect(name, ".State.Pid"));
  }

  removeContainers(): void {
    this.podman(["pod", "rm", "--all", "--force", "--time", "0"]);
    this.podman(["rm", "--all", "--force", "--time", "0", "--volumes"]);
  }

  /** Ends and removes every container and every conmon, whatever state they are in. */
  dispose(): void {
    this.removeContainers();
    endProcessesNaming(this.directory);
    removeResidue(this.directory, [this.cgroupParent]);
    rmSync(this.directory, { recursive: true, force: true });
  }

  #configFile(): string {
    return join(this.directory, "containers.conf");
  }

  #config(): string {
    return [
      "[containers]",
      // The built-in limits are more than root may set on a machine that is a container itself.
      'default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]',
      'netns = "none"',
      "[engine]",
      'cgroup_manager = "cgroupfs"',
      'events_logger = "file"',
      // The other kind is one for the whole machine.
      'lock_type = "file"',
      'runtime = "tested"',
      // Podman then reads the runtime's JSON log, as it does for the runtimes whose names it knows.
      'runtime_supports_json = ["tested"]',
      "[engine.runtimes]",
      `tested = ["${findProgram(runtimePath)}"]`,
      "",
    ].join("\n");
  }
}
