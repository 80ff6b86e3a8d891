/** A containerd of the test's own: its state, its socket and its containers are nobody else's. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { imageName, makeImage } from "./image.ts";
import { isAlive } from "./proc.ts";
import { removeResidue } from "./residue.ts";
import { type Result, runtimePath, waitUntil } from "./runtime.ts";

/** What this machine lacks, or what is not asked for: Kubernetes, and file systems that need preparation. */
const disabledPlugins = [
  "io.containerd.grpc.v1.cri",
  "io.containerd.internal.v1.opt",
  "io.containerd.snapshotter.v1.aufs",
  "io.containerd.snapshotter.v1.btrfs",
  "io.containerd.snapshotter.v1.devmapper",
  "io.containerd.snapshotter.v1.zfs",
];

export class Containerd {
  readonly directory: string;
  /** Also the name of a cgroup, the parent of all containers' cgroups. */
  readonly namespace = `tsrunctest-containerd-${process.pid}`;
  readonly #socket: string;
  #daemon: ChildProcess | undefined;
  #count = 0;

  private constructor() {
    this.directory = mkdtempSync(join(tmpdir(), "tsrunc-test-"));
    // The root of a user namespace is somebody else, and has to reach the snapshots.
    chmodSync(this.directory, 0o755);
    this.#socket = join(this.directory, "containerd.sock");
    writeFileSync(join(this.directory, "config.toml"), this.#config());
  }

  /** Starts the daemon and gives it the image. */
  static async launch(): Promise<Containerd> {
    const made = new Containerd();
    try {
      await made.startDaemon();
      made.ok(["images", "import", makeImage(made.directory)]);
      return made;
    } catch (error) {
      await made.dispose();
      throw error;
    }
  }

  async startDaemon(): Promise<void> {
    this.#daemon = spawn("containerd", ["--config", join(this.directory, "config.toml")], {
      stdio: ["ignore", "ignore", "ignore"],
    });
    await waitUntil(() => this.ctr(["version"]).status === 0, "containerd answers");
  }

  /** Ends the daemon as a crash would. Its shims and containers go on. */
  async killDaemon(): Promise<void> {
    if (this.#daemon === undefined || this.#daemon.exitCode !== null) return;
    const ended = once(this.#daemon, "exit");
    this.#daemon.kill("SIGKILL");
    await ended;
  }

  newId(): string {
    this.#count += 1;
    return `c${this.#count}`;
  }

  /** The arguments for ctr(1). */
  commandLine(args: readonly string[]): string[] {
    return ["ctr", "--address", this.#socket, "--namespace", this.namespace, ...args];
  }

  /** `ctr run` with the runtime under test. */
  runArguments(flags: readonly string[], id: string, command: readonly string[]): string[] {
    const runtime = ["--runtime", "io.containerd.runc.v2", "--runc-binary", runtimePath];
    const places = ["--runc-root", join(this.directory, "runc"), "--fifo-dir", join(this.directory, "fifo")];
    return ["run", "--snapshotter", "overlayfs", ...runtime, ...places, ...flags, imageName, id, ...command];
  }

  ctr(args: readonly string[], input?: string): Result {
    const [program, ...rest] = this.commandLine(args);
    const { error, status, stdout, stderr } = spawnSync(program!, rest, {
      encoding: "utf8",
      input,
      stdio: [input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
      timeout: 20_000,
      killSignal: "SIGKILL",
    });
    if (error !== undefined) throw error;
    return { status, stdout, stderr };
  }

  ok(args: readonly string[]): string {
    const { status, stdout, stderr } = this.ctr(args);
    if (status !== 0) throw new Error(`ctr ${args.join(" ")}: status ${status}: ${stderr}${stdout}`);
    return stdout;
  }

  /** What `ctr tasks ls` says about a container. */
  task(id: string): { pid: number; status: string } | undefined {
    const line = this.ok(["tasks", "ls"])
      .split("\n")
      .map((each) => each.trim().split(/\s+/))
      .find(([name]) => name === id);
    return line && { pid: Number(line[1]), status: line[2]! };
  }

  /** The shims of this daemon: the socket in their command line is nobody else's. */
  shims(): number[] {
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name) && isAlive(Number(name)))
      .filter((name) => {
        const [program = "", ...args] = commandLineOf(name);
        return program.includes("containerd-shim") && args.includes(this.#socket);
      })
      .map(Number);
  }

  /** Ends and removes every container, the shims and the daemon, whatever state they are in. */
  async dispose(): Promise<void> {
    for (const command of ["tasks", "containers"]) {
      const ids = this.ctr([command, "ls", "--quiet"]).stdout.split("\n").filter(Boolean);
      for (const id of ids) this.ctr([command, "rm", ...(command === "tasks" ? ["--force"] : []), id]);
    }
    await this.killDaemon();
    for (const pid of this.shims()) process.kill(pid, "SIGKILL");
    removeResidue(this.directory, [this.namespace]);
    rmSync(this.directory, { recursive: true, force: true });
  }

  #config(): string {
    return [
      "version = 2",
      `root = "${this.directory}/root"`,
      `state = "${this.directory}/state"`,
      `disabled_plugins = ${JSON.stringify(disabledPlugins)}`,
      "[grpc]",
      `address = "${this.#socket}"`,
      "[ttrpc]",
      `address = "${this.#socket}.ttrpc"`,
      "",
    ].join("\n");
  }
}

function commandLineOf(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
  } catch {
    return [];
  }
}
