/** The other end of --console-socket and --pidfd-socket: a small program in Python, for Node cannot receive fds. */
import { type ChildProcess, spawn } from "node:child_process";
import { resolve } from "node:path";
import { waitUntil } from "./runtime.ts";

const program = resolve(import.meta.dirname, "console_receiver.py");

export class ConsoleSocket implements AsyncDisposable {
  readonly path: string;
  readonly #receiver: ChildProcess;
  #output = "";

  private constructor(path: string) {
    this.path = path;
    this.#receiver = spawn("python3", [program, path], { stdio: ["pipe", "pipe", "inherit"] });
    this.#receiver.stdout!.setEncoding("utf8").on("data", (text: string) => {
      this.#output += text.replaceAll("\r\n", "\n");
    });
  }

  /** Listens at `path` when this returns. */
  static async listen(path: string): Promise<ConsoleSocket> {
    const made = new ConsoleSocket(path);
    await made.waitFor("listening\n");
    return made;
  }

  /** Everything printed so far: the lines about the message, then the output of the terminal. */
  get output(): string {
    return this.#output;
  }

  write(text: string): void {
    this.#receiver.stdin!.write(text);
  }

  async waitFor(text: string): Promise<void> {
    await waitUntil(
      () => this.#output.includes(text),
      `the receiver printed ${JSON.stringify(text)}; so far: ${JSON.stringify(this.#output)}`,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = new Promise((done) => this.#receiver.once("close", done));
    if (this.#receiver.exitCode === null) this.#receiver.kill("SIGKILL");
    else return;
    await ended;
  }
}
