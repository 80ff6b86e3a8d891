/** Runs a command with a terminal of its own, as a person would: with script(1). */
import { type ChildProcess, spawn } from "node:child_process";
import { waitUntil } from "./runtime.ts";

export interface TerminalOptions {
  readonly rows?: number;
  readonly columns?: number;
  readonly cwd?: string;
  /** A shell command that runs beside the command, on the same terminal. */
  readonly meanwhile?: string;
}

export class Terminal implements AsyncDisposable {
  readonly #script: ChildProcess;
  readonly #ended: Promise<number | null>;
  #output = "";

  /** Starts the command in a new pty. */
  constructor(command: readonly string[], options: TerminalOptions = {}) {
    const { rows = 24, columns = 80, cwd, meanwhile = ":" } = options;
    const quoted = command.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(" ");
    const shell = `stty rows ${rows} cols ${columns}; { ${meanwhile}; } & exec ${quoted}`;
    this.#script = spawn("script", ["--quiet", "--return", "--command", shell, "/dev/null"], {
      stdio: ["pipe", "pipe", "inherit"],
      cwd,
    });
    this.#script.stdout!.setEncoding("utf8").on("data", (text: string) => {
      this.#output += text;
    });
    this.#ended = new Promise((done) => this.#script.once("close", done));
  }

  /** What the terminal has shown, with its CR LF turned into newlines. */
  get output(): string {
    return this.#output.replaceAll("\r\n", "\n");
  }

  /** Types. A program that changes the terminal's mode may lose what is typed before: wait for its prompt. */
  type(text: string): void {
    this.#script.stdin!.write(text);
  }

  async waitFor(text: string): Promise<void> {
    await waitUntil(
      () => this.output.includes(text),
      `the terminal shows ${JSON.stringify(text)}; so far: ${JSON.stringify(this.output)}`,
    );
  }

  /** The exit status of the command, when it has ended. */
  async ended(): Promise<number | null> {
    return this.#ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#script.kill("SIGKILL");
    await this.#ended;
  }
}

/** Runs a command that types nothing to its end. */
export async function inTerminal(
  command: readonly string[],
  options: TerminalOptions = {},
): Promise<{ status: number | null; output: string }> {
  await using terminal = new Terminal(command, options);
  const status = await terminal.ended();
  return { status, output: terminal.output };
}
