/** A Docker Engine of the test's own: its files, its socket and its containers are nobody else's. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { call } from "./call.ts";
import { makeRootfsArchive } from "./image.ts";
import { endProcessesNaming, removeResidue } from "./residue.ts";
import { type Result, runtimePath, waitUntil } from "./runtime.ts";

export const dockerImage = "tsrunc-test/busybox";

export class Docker {
  readonly directory: string;
  /** A cgroup, the parent of all containers' cgroups. */
  readonly cgroupParent = `tsrunctest-docker-${process.pid}`;
  readonly #socket: string;
  readonly #pidFile: string;
  #daemon: ChildProcess | undefined;
  #count = 0;

  private constructor() {
    this.directory = mkdtempSync(join(tmpdir(), "tsrunc-test-"));
    chmodSync(this.directory, 0o755);
    this.#socket = `unix://${join(this.directory, "docker.sock")}`;
    this.#pidFile = join(this.directory, "dockerd.pid");
    writeFileSync(join(this.directory, "daemon.json"), JSON.stringify(this.#config()));
  }

  /** Starts the daemon and gives it the image. */
  static async launch(): Promise<Docker> {
    const made = new Docker();
    try {
      await made.startDaemon();
      const archive = makeRootfsArchive(made.directory);
      made.ok(["import", "--change", 'CMD ["sh"]', "--change", "ENV PATH=/bin", archive, dockerImage]);
      return made;
    } catch (error) {
      await made.dispose();
      throw error;
    }
  }

  async startDaemon(): Promise<void> {
    this.#daemon = spawn("dockerd", ["--config-file", join(this.directory, "daemon.json")], {
      stdio: ["ignore", "ignore", "ignore"],
    });
    await waitUntil(() => this.docker(["version"]).status === 0, "dockerd answers", 20_000);
  }

  /** SIGTERM lets the daemon end its containerd. With live-restore, containers go on either way. */
  async stopDaemon(signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
    if (this.#daemon === undefined) return;
    const ended = this.#isRunning() ? once(this.#daemon, "exit") : undefined;
    this.#daemon.kill(signal);
    await ended;
    // A daemon that was killed leaves these, and the numbers may be another process's or a zombie's by now.
    rmSync(this.#pidFile, { force: true });
    rmSync(join(this.directory, "exec/containerd/containerd.pid"), { force: true });
  }

  newName(): string {
    this.#count += 1;
    return `test-${this.#count}`;
  }

  commandLine(args: readonly string[]): string[] {
    return ["docker", "--config", join(this.directory, "client"), "--host", this.#socket, ...args];
  }

  docker(args: readonly string[], input?: string): Result {
    return call(this.commandLine(args), { input });
  }

  ok(args: readonly string[]): string {
    const { status, stdout, stderr } = this.docker(args);
    if (status !== 0) throw new Error(`docker ${args.join(" ")}: status ${status}: ${stderr}${stdout}`);
    return stdout.replace(/\n$/, "");
  }

  /** `docker run --rm` of a shell script, which has to succeed. Returns what it printed, without the last newline. */
  sh(script: string, ...flags: string[]): string {
    return this.ok(["run", "--rm", ...flags, dockerImage, "sh", "-c", script]);
  }

  /** Starts a container in the background; returns its name. */
  runDetached(command: readonly string[], ...flags: string[]): string {
    const name = this.newName();
    this.ok(["run", "--detach", "--name", name, ...flags, dockerImage, ...command]);
    return name;
  }

  inspect(name: string, template: string): string {
    return this.ok(["inspect", "--format", `{{${template}}}`, name]);
  }

  pid(name: string): number {
    return Number(this.inspect(name, ".State.Pid"));
  }

  removeContainers(): void {
    const ids = this.docker(["ps", "--all", "--quiet"]).stdout.split("\n").filter(Boolean);
    if (ids.length > 0) this.docker(["rm", "--force", "--volumes", ...ids]);
  }

  /** Ends and removes every container, the shims and the daemons, whatever state they are in. */
  async dispose(): Promise<void> {
    if (this.#isRunning()) this.removeContainers();
    await this.stopDaemon();
    endProcessesNaming(this.directory);
    removeResidue(this.directory, [this.cgroupParent]);
    rmSync(this.directory, { recursive: true, force: true });
  }

  #isRunning(): boolean {
    return this.#daemon?.exitCode === null && this.#daemon.signalCode === null;
  }

  #config(): Readonly<Record<string, unknown>> {
    return {
      "data-root": join(this.directory, "data"),
      "exec-root": join(this.directory, "exec"),
      pidfile: this.#pidFile,
      hosts: [this.#socket],
      iptables: false,
      ip6tables: false,
      bridge: "none",
      runtimes: { tested: { path: runtimePath } },
      "default-runtime": "tested",
      "cgroup-parent": `/${this.cgroupParent}`,
      "live-restore": true,
    };
  }
}
