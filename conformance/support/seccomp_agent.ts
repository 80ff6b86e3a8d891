/** The listener of notifying seccomp filters: a small program in Python, for Node cannot receive descriptors. */
import { type ChildProcess, spawn } from "node:child_process";
import { resolve } from "node:path";
import { waitUntil } from "./runtime.ts";

const program = resolve(import.meta.dirname, "seccomp_agent.py");

export class SeccompAgent implements AsyncDisposable {
  readonly #agent: ChildProcess;
  #output = "";

  private constructor(path: string, answer: string) {
    this.#agent = spawn("python3", [program, path, answer], { stdio: ["ignore", "pipe", "inherit"] });
    this.#agent.stdout!.setEncoding("utf8").on("data", (text: string) => {
      this.#output += text;
    });
  }

  /** Listens at `path` when this returns. `answer` is the result of every call, or "continue". */
  static async listen(path: string, answer: string): Promise<SeccompAgent> {
    const made = new SeccompAgent(path, answer);
    await made.line("listening");
    return made;
  }

  /** The rest of the first line that begins so, once it is there. */
  async line(beginning: string): Promise<string> {
    const find = () => this.#output.split("\n").find((line) => line.startsWith(beginning));
    await waitUntil(() => find() !== undefined, `the agent printed ${beginning}; so far: ${this.#output}`);
    return find()!.slice(beginning.length).trim();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = new Promise((done) => this.#agent.once("close", done));
    if (this.#agent.exitCode !== null) return;
    this.#agent.kill("SIGKILL");
    await ended;
  }
}
