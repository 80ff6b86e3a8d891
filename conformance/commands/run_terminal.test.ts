import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect } from "vitest";
import { type Config, makeBundle } from "../support/bundle.ts";
import { it } from "../support/fixture.ts";
import { findResidue, noResidue } from "../support/residue.ts";
import { cgroupViews, isTsrunc, type Runtime } from "../support/runtime.ts";
import { inTerminal, Terminal } from "../support/terminal.ts";

const withTerminal = (config: Config) => {
  config.process.terminal = true;
  config.root.readonly = false;
};

/** The command line that runs `script` in a container with a terminal. */
function runScript(runtime: Runtime, script: string, edit: (config: Config) => void = () => undefined) {
  const bundle = makeBundle(runtime.directory, ["sh", "-c", script], (config) => {
    withTerminal(config);
    edit(config);
  });
  return { bundle, command: runtime.commandLine(["run", "--bundle", bundle, runtime.newId()]) };
}

describe.each(cgroupViews)("in the %s cgroup view", (view) => {
  it.override({ view });

  it("runs the bundle that `runc spec` makes, unchanged", async ({ runtime }) => {
    const bundle = makeBundle(runtime.directory, []);
    spawnSync("rm", [join(bundle, "config.json")]);
    expect(spawnSync("runc", ["spec", "--bundle", bundle]).status).toBe(0);
    const id = runtime.newId();
    await using terminal = new Terminal(runtime.commandLine(["run", "--bundle", bundle, id]));
    await terminal.waitFor("/ # ");
    terminal.type("hostname; exit 6\r");
    expect(await terminal.ended()).toBe(6);
    expect(terminal.output).toContain("\nrunc\n");
    expect(findResidue(id, runtime.root)).toEqual(noResidue);
  });
});

describe("run with a terminal", () => {
  it("gives the program a terminal of its own, and returns its status", async ({ runtime }) => {
    const { command } = runScript(runtime, "tty; /bin/probe tty; exit 5");
    const { status, output } = await inTerminal(command);
    expect(status).toBe(5);
    expect(output).toBe("/dev/pts/0\ntty: 0 yes\ntty: 1 yes\ntty: 2 yes\n");
  });

  it("gives the container's terminal the size of the caller's", async ({ runtime }) => {
    // runc sets the size a moment after the start.
    const script = 'until [ "$(stty size 2>/dev/null)" = "31 97" ]; do sleep 0.02; done; echo as expected';
    const { command } = runScript(runtime, script);
    expect(await inTerminal(command, { rows: 31, columns: 97 })).toMatchObject({
      status: 0,
      output: "as expected\n",
    });
  });

  // runc sets the size after the start: the first look can see 0 0.
  it.skipIf(!isTsrunc)(
    "has set the size before the program looks for the first time",
    async ({ runtime }) => {
      const { command } = runScript(runtime, "stty size");
      expect((await inTerminal(command, { rows: 31, columns: 97 })).output).toBe("31 97\n");
    },
  );

  it("passes a change of the size on", async ({ runtime }) => {
    const script =
      'touch /ready; until [ "$(stty size 2>/dev/null)" = "50 132" ]; do sleep 0.02; done; echo as expected';
    const { bundle, command } = runScript(runtime, script);
    const file = join(bundle, "rootfs/ready");
    const meanwhile = `while [ ! -e '${file}' ]; do sleep 0.02; done; stty -F /dev/tty rows 50 cols 132`;
    const { output } = await inTerminal(command, { rows: 20, columns: 60, meanwhile });
    expect(output).toBe("as expected\n");
  });

  it("passes on what is typed, control characters too", async ({ runtime }) => {
    const { command } = runScript(runtime, "trap 'echo interrupted; exit 4' INT; echo ready; cat; sleep 100");
    await using terminal = new Terminal(command);
    await terminal.waitFor("ready\n");
    terminal.type("hello\r");
    await terminal.waitFor("hello\nhello\n");
    terminal.type("\x03");
    expect(await terminal.ended()).toBe(4);
    expect(terminal.output).toContain("interrupted\n");
  });

  it("leaves the caller's terminal in the mode it had", async ({ runtime }) => {
    const { command } = runScript(runtime, "exit 3");
    const before = "stty -g >before";
    const after = 'status=$?; stty -g >after; cmp before after && echo "status $status"';
    const script = `${before}; "$@"; ${after}`;
    const { output } = await inTerminal(["sh", "-c", script, "sh", ...command], { cwd: runtime.directory });
    expect(output).toBe("status 3\n");
  });

  it("works without a terminal on the caller's side", ({ runtime }) => {
    const { command } = runScript(runtime, "tty; exit 2");
    const [program, ...args] = command;
    const { status, stdout } = spawnSync("setsid", ["--wait", program!, ...args], { encoding: "utf8" });
    // runc wants a terminal on one of its three descriptors or as /dev/tty; without one it says so.
    if (isTsrunc) expect({ status, stdout }).toEqual({ status: 2, stdout: "/dev/pts/0\n" });
    else expect(status).toBe(1);
  });

  it("fails and restores the terminal when the program is missing", async ({ runtime }) => {
    const bundle = makeBundle(runtime.directory, ["/nope"], withTerminal);
    const id = runtime.newId();
    const { status, output } = await inTerminal(runtime.commandLine(["run", "--bundle", bundle, id]));
    expect(status).toBe(1);
    expect(output).toContain("no such file or directory");
    expect(findResidue(id, runtime.root)).toEqual(noResidue);
    expect(existsSync(join(bundle, "rootfs/nope"))).toBe(false);
  });

  it("prints no debris: exactly what the program wrote arrives", async ({ runtime }) => {
    const { command } = runScript(runtime, "seq 1 3000");
    const { output } = await inTerminal(command);
    expect(output).toBe(Array.from({ length: 3000 }, (_, index) => `${index + 1}\n`).join(""));
  });
});
