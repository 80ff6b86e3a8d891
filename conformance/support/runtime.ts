/** The runtime under test, as a program: `RUNTIME=runc npx vitest run conformance` proves the tests themselves. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { chmodSync, closeSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { removeResidue } from "./residue.ts";

export const runtimePath = process.env.RUNTIME ?? resolve(import.meta.dirname, "../../dist/tsrunc");
export const runtimeName = basename(runtimePath);
export const isTsrunc = runtimeName === "tsrunc";

export interface Result {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CallOptions {
  /** Comes through a pipe; without it stdin is /dev/null. */
  readonly input?: string | Uint8Array;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Milliseconds; a runtime that hangs is a failed test, not a hanging one. */
  readonly timeout?: number;
  /** stdout and stderr go nowhere: for detached containers, which would keep pipes of ours open. */
  readonly silent?: boolean;
  /** The same, but what they write is appended to this file. */
  readonly outputFile?: string;
  /** A command that executes its arguments, for example `env -i`. It stands before the runtime. */
  readonly through?: readonly string[];
}

export interface State {
  readonly status: string;
  readonly pid: number;
  readonly [key: string]: unknown;
}

/** What /sys/fs/cgroup shows to the runtime: the host's own hierarchies, or one unified hierarchy. */
export type CgroupView = "host" | "unified";

export const cgroupViews: readonly CgroupView[] = ["host", "unified"];

/**
 * A private mount namespace with a cgroup2 in the place of the host's hierarchies. Where it is there already, the
 * kernel refuses to mount it over itself.
 */
const unifiedView = [
  "unshare",
  "--mount",
  "--propagation",
  "private",
  "sh",
  "-c",
  '[ -e /sys/fs/cgroup/cgroup.controllers ] || mount -t cgroup2 none /sys/fs/cgroup && exec "$@"',
  "sh",
];

/** One state root of the runtime under test; everything made below it is removed at the end. */
export class Runtime {
  readonly directory: string;
  readonly root: string;
  readonly view: CgroupView;
  readonly #calls: RunningCall[] = [];
  readonly #ids: string[] = [];

  constructor(view: CgroupView = "host") {
    this.directory = mkdtempSync(join(tmpdir(), "tsrunc-test-"));
    // The root of a user namespace is somebody else, and has to reach the root file system.
    chmodSync(this.directory, 0o755);
    this.root = join(this.directory, "state");
    this.view = view;
  }

  /** An id that no other test and no other run uses; what carries it is removed at the end. */
  newId(name = "c"): string {
    counter += 1;
    const id = `tsrunctest-${name}-${process.pid}-${counter}`;
    this.#ids.push(id);
    return id;
  }

  /** Runs the runtime with `--root` of this test and waits for it. */
  call(args: readonly string[], options: CallOptions = {}): Result {
    const [program, ...rest] = [...(options.through ?? []), ...this.commandLine(args)];
    const output = options.outputFile === undefined ? undefined : openSync(options.outputFile, "a");
    const stdio = options.silent === true ? "ignore" : (output ?? "pipe");
    try {
      const result = spawnSync(program!, rest, {
        encoding: "utf8",
        input: options.input,
        cwd: options.cwd,
        env: options.env ?? process.env,
        timeout: options.timeout ?? 20_000,
        killSignal: "SIGKILL",
        stdio: [options.input === undefined ? "ignore" : "pipe", stdio, stdio],
      });
      if (result.error !== undefined) throw result.error;
      return { status: result.status, stdout: result.stdout ?? "", stderr: result.stderr ?? "" };
    } finally {
      if (output !== undefined) closeSync(output);
    }
  }

  /** As `call`, but a failure of the runtime fails the test with what it said. */
  ok(args: readonly string[], options: CallOptions = {}): string {
    const log = join(this.directory, "log");
    const hidden = options.silent === true || options.outputFile !== undefined;
    const result = this.call([...(hidden ? ["--log", log] : []), ...args], options);
    if (result.status !== 0) {
      const said = hidden ? textOf(log) : `${result.stderr}${result.stdout}`;
      throw new Error(`${runtimeName} ${args.join(" ")}: status ${result.status}: ${said}`);
    }
    return result.stdout;
  }

  /** Starts the runtime without waiting; `dispose` ends it. */
  start(args: readonly string[], options: Pick<CallOptions, "cwd"> = {}): RunningCall {
    const [program, ...rest] = this.commandLine(args);
    const call = new RunningCall(
      spawn(program!, rest, { cwd: options.cwd, stdio: ["pipe", "pipe", "pipe"] }),
    );
    this.#calls.push(call);
    return call;
  }

  commandLine(args: readonly string[]): string[] {
    const command = [runtimePath, "--root", this.root, ...args];
    return this.view === "unified" ? [...unifiedView, ...command] : command;
  }

  /** `run` in the foreground, with an id of its own; the container is gone afterwards. */
  run(bundle: string, options: CallOptions = {}): Result {
    return this.call(["run", "--bundle", bundle, this.newId()], options);
  }

  /** `create` for a container that outlives the call. Returns its id. */
  create(bundle: string, flags: readonly string[] = []): string {
    const id = this.newId();
    this.ok(["create", "--bundle", bundle, ...flags, id], { silent: true });
    return id;
  }

  /** `run --detach`. Returns the id. */
  runDetached(bundle: string, flags: readonly string[] = []): string {
    const id = this.newId();
    this.ok(["run", "--detach", "--bundle", bundle, ...flags, id], { silent: true });
    return id;
  }

  state(id: string): State {
    return JSON.parse(this.ok(["state", id]));
  }

  async waitUntilStopped(id: string): Promise<void> {
    await waitUntil(() => this.state(id).status === "stopped", `${id} has stopped`);
  }

  /** Removes every container, process and file of the test, also after a failure. */
  dispose(): void {
    for (const call of this.#calls) call.kill("SIGKILL");
    for (const id of this.#stateIds()) this.call(["delete", "--force", id], { silent: true });
    removeResidue(this.directory, this.#ids);
    rmSync(this.directory, { recursive: true, force: true });
  }

  #stateIds(): string[] {
    try {
      return readdirSync(this.root).filter((name) => !name.startsWith("."));
    } catch {
      return [];
    }
  }
}

/** A call of the runtime that goes on while the test does. */
export class RunningCall {
  readonly #child: ChildProcess;
  readonly #exited: Promise<number | null>;
  #stdout = "";

  constructor(child: ChildProcess) {
    this.#child = child;
    this.#exited = new Promise((done) => child.once("exit", done));
    child.stdout!.setEncoding("utf8").on("data", (text: string) => {
      this.#stdout += text;
    });
  }

  get stdout(): string {
    return this.#stdout;
  }

  write(text: string): void {
    this.#child.stdin!.write(text);
  }

  closeStdin(): void {
    this.#child.stdin!.end();
  }

  /** Signals the runtime itself. */
  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  async waitFor(text: string): Promise<void> {
    await waitUntil(() => this.#stdout.includes(text), `${runtimeName} printed ${JSON.stringify(text)}`);
  }

  /** The exit status; null when a signal ended the runtime. */
  async exited(): Promise<number | null> {
    return this.#exited;
  }
}

let counter = 0;

function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

/** Asks again and again until `question` says yes; the test's time limit is the bound that counts. */
export async function waitUntil(question: () => boolean, what: string, timeoutMs = 10_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!question()) {
    if (Date.now() > deadline) throw new Error(`timed out waiting until ${what}`);
    await new Promise((done) => setTimeout(done, 10));
  }
}
