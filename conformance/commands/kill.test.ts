import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect } from "vitest";
import { type Config, makeBundle } from "../support/bundle.ts";
import { it } from "../support/fixture.ts";
import { isAlive, procFile } from "../support/proc.ts";
import { isTsrunc, type Runtime, waitUntil } from "../support/runtime.ts";
import { waits } from "../support/shell.ts";

/** A container that writes the name of every signal that it gets; returns how to read what it wrote. */
async function startListener(runtime: Runtime, ...signals: string[]) {
  const outputFile = join(runtime.directory, "output");
  const traps = signals.map((name) => `trap 'echo ${name}' ${name}`).join("; ");
  const bundle = makeBundle(runtime.directory, [
    "sh",
    "-c",
    `${traps}; echo ready; while :; do sleep 0.02; done`,
  ]);
  const id = runtime.newId();
  runtime.ok(["run", "--detach", "--bundle", bundle, id], { outputFile });
  const heard = () => readFileSync(outputFile, "utf8").split("\n").slice(1, -1);
  await waitUntil(() => readFileSync(outputFile, "utf8").startsWith("ready\n"), "the container listens");
  return { id, heard };
}

describe("kill", () => {
  it("sends SIGTERM when no signal is given", async ({ runtime }) => {
    const { id, heard } = await startListener(runtime, "TERM");
    expect(runtime.call(["kill", id])).toEqual({ status: 0, stdout: "", stderr: "" });
    await expect.poll(heard).toEqual(["TERM"]);
  });

  it.for(["HUP", "SIGHUP", "hup", "sighup", "1"])("takes a signal as %s", async (signal, { runtime }) => {
    const { id, heard } = await startListener(runtime, "HUP");
    runtime.ok(["kill", id, signal]);
    await expect.poll(heard).toEqual(["HUP"]);
  });

  it("sends real-time signals by number", async ({ runtime }) => {
    const id = runtime.runDetached(makeBundle(runtime.directory, ["sh", "-c", "sleep 100; :"]));
    runtime.ok(["kill", id, "34"]);
    // Pid 1 has no handler for it, so it is not even delivered: what counts is that it is taken.
    expect(runtime.state(id).status).toBe("running");
  });

  it("with signal 0 asks whether the container is there", async ({ runtime }) => {
    const id = runtime.runDetached(makeBundle(runtime.directory, waits));
    runtime.ok(["kill", id, "0"]);
    expect(runtime.state(id).status).toBe("running");
  });

  it.for(["FOO", "SIGFOO", "65", "-1", "1.5", "TERMX"])("refuses the signal %j", (signal, { runtime }) => {
    const id = runtime.create(makeBundle(runtime.directory, waits));
    const { status, stderr } = runtime.call(["--log", "/dev/null", "kill", "--", id, signal]);
    expect(status).toBe(1);
    if (/[A-Z]/.test(signal)) expect(stderr).toContain(`unknown signal "${signal}"`);
    expect(runtime.state(id).status).toBe("created");
  });

  it("KILL ends a program that goes on after everything else", async ({ runtime }) => {
    const { id, heard } = await startListener(runtime, "TERM", "QUIT");
    runtime.ok(["kill", id, "TERM"]);
    await expect.poll(heard).toEqual(["TERM"]);
    expect(runtime.state(id).status).toBe("running");
    runtime.ok(["kill", id, "KILL"]);
    await runtime.waitUntilStopped(id);
  });

  it("ends a created container", async ({ runtime }) => {
    const id = runtime.create(makeBundle(runtime.directory, waits));
    runtime.ok(["kill", id, "KILL"]);
    await runtime.waitUntilStopped(id);
  });

  it("of a stopped container fails with 'container not running'", async ({ runtime }) => {
    const id = runtime.runDetached(makeBundle(runtime.directory, ["true"]));
    await runtime.waitUntilStopped(id);
    const { status, stdout, stderr } = runtime.call(["kill", id, "9"]);
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toContain("container not running");
  });

  it("of an unknown container fails with 'does not exist'", ({ runtime }) => {
    const { status, stderr } = runtime.call(["kill", runtime.newId(), "9"]);
    expect(status).toBe(1);
    expect(stderr).toContain("container does not exist");
  });

  it("with KILL ends every process of the container's pid namespace", async ({ runtime }) => {
    const { id, children } = await runFamily(runtime, (config) => config);
    runtime.ok(["kill", id, "KILL"]);
    await waitUntil(() => !children().some(isAlive), "all processes are gone");
  });
});

describe("kill --all", () => {
  it("of a stopped container is no error", async ({ runtime }) => {
    const id = runtime.runDetached(makeBundle(runtime.directory, ["true"]));
    await runtime.waitUntilStopped(id);
    expect(runtime.call(["kill", "--all", id, "9"])).toEqual({ status: 0, stdout: "", stderr: "" });
  });

  it("of an unknown container fails", ({ runtime }) => {
    expect(runtime.call(["kill", "--all", runtime.newId(), "9"]).status).toBe(1);
  });

  it("may stand behind the id, or be written -a", async ({ runtime }) => {
    const id = runtime.runDetached(makeBundle(runtime.directory, waits));
    runtime.ok(["kill", id, "0", "--all"]);
    runtime.ok(["kill", "-a", id, "KILL"]);
    await runtime.waitUntilStopped(id);
  });
});

describe("kill of a container in the host's pid namespace", () => {
  const withoutPidNamespace = (config: Config) => {
    const { linux } = config;
    linux.namespaces = linux.namespaces.filter(({ type }: { type: string }) => type !== "pid");
  };

  it("reaches every process with --all", async ({ runtime }) => {
    const { id, children } = await runFamily(runtime, withoutPidNamespace);
    runtime.ok(["kill", "--all", id, "KILL"]);
    await waitUntil(() => !children().some(isAlive), "all processes are gone");
  });

  // Since runc 1.2; runc 1.1.5 kills the first process alone.
  it.skipIf(!isTsrunc)("reaches every process with KILL", async ({ runtime }) => {
    const { id, children } = await runFamily(runtime, withoutPidNamespace);
    runtime.ok(["kill", id, "KILL"]);
    await waitUntil(() => !children().some(isAlive), "all processes are gone");
  });
});

/** A container of one shell and two children; `children` are the pids on the host. */
async function runFamily(runtime: Runtime, edit: (config: Config) => unknown) {
  const bundle = makeBundle(runtime.directory, ["sh", "-c", "sleep 100 & sleep 101 & wait"], edit);
  const id = runtime.runDetached(bundle);
  const { pid } = runtime.state(id);
  const read = () => procFile(pid, `task/${pid}/children`).trim().split(" ").filter(Boolean).map(Number);
  await waitUntil(() => read().length === 2, "both children run");
  const found = read();
  return { id, children: () => found };
}
