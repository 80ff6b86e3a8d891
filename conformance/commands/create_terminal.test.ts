import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect } from "vitest";
import { type Config, makeBundle } from "../support/bundle.ts";
import { ConsoleSocket } from "../support/console_socket.ts";
import { it } from "../support/fixture.ts";
import { isTsrunc } from "../support/runtime.ts";
import { waits } from "../support/shell.ts";

const withTerminal = (config: Config) => {
  config.process.terminal = true;
};

describe("create --console-socket", () => {
  it("sends one descriptor, the master of the container's terminal, with its name", async ({ runtime }) => {
    await using socket = await ConsoleSocket.listen(join(runtime.directory, "socket"));
    runtime.create(makeBundle(runtime.directory, waits, withTerminal), ["--console-socket", socket.path]);
    await socket.waitFor("size: ");
    const lines = socket.output.split("\n");
    expect(lines[1]).toMatch(/^data: \/dev\/.*(ptmx|pts)/);
    expect(lines[2]).toBe("fds: 1");
    expect(lines[3]).toMatch(/ptmx$/);
  });

  it("connects the program to the terminal, as its controlling one", async ({ runtime }) => {
    await using socket = await ConsoleSocket.listen(join(runtime.directory, "socket"));
    const script = "tty; echo to-stderr >&2; read line </dev/tty; echo read $line";
    const bundle = makeBundle(runtime.directory, ["sh", "-c", script], withTerminal);
    const id = runtime.create(bundle, ["--console-socket", socket.path]);
    runtime.ok(["start", id]);
    await socket.waitFor("/dev/pts/0\nto-stderr\n");
    socket.write("hello\n");
    await socket.waitFor("read hello\n");
    await runtime.waitUntilStopped(id);
  });

  it("gives the terminal the size of consoleSize before the program runs", async ({ runtime }) => {
    await using socket = await ConsoleSocket.listen(join(runtime.directory, "socket"));
    const bundle = makeBundle(runtime.directory, ["sh", "-c", "echo inside $(stty size)"], (config) => {
      withTerminal(config);
      config.process.consoleSize = { height: 33, width: 101 };
    });
    const id = runtime.create(bundle, ["--console-socket", socket.path]);
    await socket.waitFor("size: 33 101\n");
    runtime.ok(["start", id]);
    await socket.waitFor("inside 33 101\n");
  });

  it("makes /dev/console the same terminal, owned by the user of the process", async ({ runtime }) => {
    await using socket = await ConsoleSocket.listen(join(runtime.directory, "socket"));
    const script = 'stat -c "%u %t:%T" /dev/console /dev/pts/0; echo by-name >/dev/console';
    const bundle = makeBundle(runtime.directory, ["sh", "-c", script], (config) => {
      withTerminal(config);
      config.process.user = { uid: 1000, gid: 1000 };
    });
    const id = runtime.create(bundle, ["--console-socket", socket.path]);
    runtime.ok(["start", id]);
    await socket.waitFor("1000 88:0\n1000 88:0\nby-name\n");
  });

  it("leaves the container without descriptors but its terminal", async ({ runtime }) => {
    await using socket = await ConsoleSocket.listen(join(runtime.directory, "socket"));
    const bundle = makeBundle(runtime.directory, ["/bin/probe", "fds", "tty"], withTerminal);
    const id = runtime.create(bundle, ["--console-socket", socket.path]);
    runtime.ok(["start", id]);
    await socket.waitFor("tty: 2 yes");
    const fds = socket.output.split("\n").filter((line) => line.startsWith("fd:"));
    expect(fds).toEqual(["fd: 0 /dev/pts/0", "fd: 1 /dev/pts/0", "fd: 2 /dev/pts/0"]);
  });

  it("works for run --detach too", async ({ runtime }) => {
    await using socket = await ConsoleSocket.listen(join(runtime.directory, "socket"));
    const bundle = makeBundle(runtime.directory, ["tty"], withTerminal);
    runtime.runDetached(bundle, ["--console-socket", socket.path]);
    await socket.waitFor("/dev/pts/0\n");
  });

  it("is required when the process wants a terminal", ({ runtime }) => {
    const bundle = makeBundle(runtime.directory, waits, withTerminal);
    const { status, stderr } = runtime.call(["create", "--bundle", bundle, runtime.newId()]);
    expect(status).toBe(1);
    expect(stderr).toMatch(/cannot allocate tty if \w+ will detach without setting console socket/);
  });

  it("is refused when the process wants no terminal", async ({ runtime }) => {
    await using socket = await ConsoleSocket.listen(join(runtime.directory, "socket"));
    const args = [
      "create",
      "--bundle",
      makeBundle(runtime.directory, waits),
      "--console-socket",
      socket.path,
    ];
    const { status, stderr } = runtime.call([...args, runtime.newId()]);
    expect(status).toBe(1);
    expect(stderr).toMatch(/cannot use console socket if \w+ will not detach or allocate tty/);
  });

  it("fails create and leaves nothing when nobody listens", ({ runtime }) => {
    const bundle = makeBundle(runtime.directory, waits, withTerminal);
    const id = runtime.newId();
    const args = ["create", "--bundle", bundle, "--console-socket", join(runtime.directory, "nobody"), id];
    expect(runtime.call(args).status).toBe(1);
    expect(runtime.call(["state", id]).stderr).toContain("does not exist");
  });
});

// runc 1.1.5 has no --pidfd-socket; it came with 1.2.
describe.skipIf(!isTsrunc)("create --pidfd-socket", () => {
  it("sends a descriptor of the container's process", async ({ runtime }) => {
    await using socket = await ConsoleSocket.listen(join(runtime.directory, "socket"));
    const id = runtime.create(makeBundle(runtime.directory, waits), ["--pidfd-socket", socket.path]);
    await socket.waitFor("pid: ");
    expect(socket.output).toContain("data: standard\nfds: 1\n");
    expect(socket.output).toContain(`pid: ${runtime.state(id).pid}\n`);
  });
});

describe("create without a terminal", () => {
  it("hands the caller's stdout and stderr over as they are", async ({ runtime }) => {
    const outputFile = join(runtime.directory, "output");
    const script = "readlink /proc/self/fd/0; readlink /proc/self/fd/1; echo err >&2";
    const id = runtime.newId();
    const bundle = makeBundle(runtime.directory, ["sh", "-c", script]);
    runtime.ok(["create", "--bundle", bundle, id], { outputFile });
    runtime.ok(["start", id]);
    await runtime.waitUntilStopped(id);
    expect(readFileSync(outputFile, "utf8")).toBe(`/dev/null\n${outputFile}\nerr\n`);
  });

  it("ignores consoleSize", ({ runtime }) => {
    const bundle = makeBundle(runtime.directory, ["true"], (config) => {
      config.process.consoleSize = { height: 3, width: 4 };
    });
    expect(runtime.run(bundle)).toMatchObject({ status: 0, stderr: "" });
  });
});
