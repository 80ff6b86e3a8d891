import { readFileSync, readlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect } from "vitest";
import { type Config, makeBundle } from "../support/bundle.ts";
import { it } from "../support/fixture.ts";
import { readProbe } from "../support/probe.ts";
import { cgroupViews, type Result, type Runtime } from "../support/runtime.ts";
import { waits } from "../support/shell.ts";

type Edit = (config: Config, bundle: string) => unknown;

/** A container that waits, to exec into. */
function startWaiting(runtime: Runtime, edit?: Edit): string {
  return runtime.runDetached(makeBundle(runtime.directory, waits, edit));
}

const exec = (runtime: Runtime, id: string, args: readonly string[], flags: readonly string[] = []): Result =>
  runtime.call(["exec", ...flags, id, ...args]);

/** What the probe sees when it is exec'd. */
function probe(runtime: Runtime, id: string, sections: readonly string[], flags: readonly string[] = []) {
  const result = exec(runtime, id, ["/bin/probe", ...sections], flags);
  expect(result).toMatchObject({ status: 0, stderr: "" });
  return readProbe(result.stdout);
}

function processFile(runtime: Runtime, process: object): string {
  const path = join(runtime.directory, "process.json");
  writeFileSync(path, JSON.stringify(process));
  return path;
}

for (const view of cgroupViews) {
  describe(`exec with the ${view} cgroups`, () => {
    it.override({ view });

    it("runs a program in every namespace of the container", ({ runtime }) => {
      const id = startWaiting(runtime);
      const { pid } = runtime.state(id);
      for (const name of ["pid", "net", "ipc", "uts", "mnt", "cgroup"]) {
        const { stdout } = exec(runtime, id, ["readlink", `/proc/self/ns/${name}`]);
        expect(stdout.trim()).toBe(readlinkSync(`/proc/${pid}/ns/${name}`));
      }
    });

    it("runs it in the cgroup of the container", ({ runtime }) => {
      const id = startWaiting(runtime);
      const pidFile = join(runtime.directory, "exec.pid");
      runtime.ok(["exec", "--detach", "--pid-file", pidFile, id, "sleep", "100"], { silent: true });
      const own = readFileSync(`/proc/${runtime.state(id).pid}/cgroup`, "utf8");
      expect(readFileSync(`/proc/${readFileSync(pidFile, "utf8")}/cgroup`, "utf8")).toBe(own);
    });
  });
}

describe("exec", () => {
  it.for([
    ["exit 0", 0],
    ["exit 7", 7],
    ["kill -9 $$", 137],
  ] as const)("returns the status of %s", ([script, status], { runtime }) => {
    expect(exec(runtime, startWaiting(runtime), ["sh", "-c", script]).status).toBe(status);
  });

  it("passes stdin, stdout and stderr through", ({ runtime }) => {
    const id = startWaiting(runtime);
    const result = runtime.call(["exec", id, "sh", "-c", "cat; echo err >&2"], { input: "in" });
    expect(result).toEqual({ status: 0, stdout: "in", stderr: "err\n" });
  });

  it("leaves what follows the id to the program, dashes included", ({ runtime }) => {
    const { stdout } = exec(runtime, startWaiting(runtime), ["echo", "-t", "--user", "x"]);
    expect(stdout).toBe("-t --user x\n");
  });

  it("works on a created container", ({ runtime }) => {
    const id = runtime.create(makeBundle(runtime.directory, ["true"]));
    expect(exec(runtime, id, ["echo", "here"])).toEqual({ status: 0, stdout: "here\n", stderr: "" });
  });

  it.for([
    [["/nope"], 'exec: "/nope": stat /nope: no such file or directory'],
    [["nope"], 'exec: "nope": executable file not found in $PATH'],
    [["/etc/passwd"], "permission denied"],
  ] as const)("fails with 255 for %s, in the words engines look for", ([args, text], { runtime }) => {
    const { status, stderr } = exec(runtime, startWaiting(runtime), args);
    expect(status).toBe(255);
    // The text log quotes the message.
    expect(stderr.replaceAll("\\", "")).toContain(text);
  });

  it("fails with 255 when there is no such container, and when it has stopped", async ({ runtime }) => {
    expect(exec(runtime, "nobody", ["true"]).status).toBe(255);
    const id = startWaiting(runtime);
    runtime.ok(["kill", id, "KILL"]);
    await runtime.waitUntilStopped(id);
    const { status, stderr } = exec(runtime, id, ["true"]);
    expect(status).toBe(255);
    expect(stderr).toMatch(/cannot exec in a stopped container|cannot exec a container that has stopped/);
  });

  it("leaves no process when the pid file cannot be written", ({ runtime }) => {
    const id = startWaiting(runtime);
    const flags = ["--detach", "--pid-file", join(runtime.directory, "missing/exec.pid")];
    expect(runtime.call(["exec", ...flags, id, "sleep", "123"], { silent: true }).status).not.toBe(0);
    expect(runtime.ok(["ps", id])).not.toContain("sleep 123");
  });

  it("is refused in a paused container", ({ runtime }) => {
    const id = startWaiting(runtime);
    runtime.ok(["pause", id]);
    const { status, stderr } = exec(runtime, id, ["true"]);
    runtime.ok(["resume", id]);
    expect(status).toBe(255);
    expect(stderr).toMatch(/paused container/);
  });
});

describe("the process of exec", () => {
  it("takes after the container's own", ({ runtime }) => {
    const id = startWaiting(runtime, (config) => {
      config.process.env.push("FROM=config");
      config.process.user = { uid: 1000, gid: 100, additionalGids: [5] };
      config.process.cwd = "/tmp";
    });
    const seen = probe(runtime, id, ["user", "env", "cwd", "caps", "limits"]);
    expect(seen.uid).toEqual(["1000 1000 1000"]);
    expect(seen.gid).toEqual(["100 100 100"]);
    expect(seen.cwd).toEqual(["/tmp"]);
    expect(seen.env).toContain("FROM=config");
    expect(seen.NoNewPrivs).toEqual(["1"]);
    expect(seen.CapBnd).toEqual(["0000000020000420"]);
    expect(seen.rlimit).toContain("7 1024 1024");
  });

  it("is changed by --user, --additional-gids, --cwd and --env", ({ runtime }) => {
    const id = startWaiting(runtime);
    const flags = ["--user", "1000:1000", "-g", "7", "-g", "8", "--cwd", "/tmp", "-e", "A=1", "-e", "TERM=x"];
    const seen = probe(runtime, id, ["user", "env", "cwd"], flags);
    expect(seen.uid).toEqual(["1000 1000 1000"]);
    expect(seen.gid).toEqual(["1000 1000 1000"]);
    expect(seen.groups?.[0]?.trim()).toBe("7 8");
    expect(seen.cwd).toEqual(["/tmp"]);
    expect(seen.env).toEqual(expect.arrayContaining(["A=1", "TERM=x"]));
  });

  it("gets what --cap names, and nothing inheritable", ({ runtime }) => {
    const seen = probe(runtime, startWaiting(runtime), ["caps"], ["--cap", "CAP_SYS_PTRACE"]);
    expect([seen.CapBnd, seen.CapEff]).toEqual([["0000000020080420"], ["0000000020080420"]]);
    expect(seen.CapInh).toEqual(["0000000000000000"]);
  });

  it.for(["x", "1:", ":1", "-1", "1:2:3", "0x0"])("refuses --user %s", (user, { runtime }) => {
    expect(exec(runtime, startWaiting(runtime), ["true"], [`--user=${user}`]).status).not.toBe(0);
  });

  it("comes whole from --process", ({ runtime }) => {
    const id = startWaiting(runtime);
    const path = processFile(runtime, {
      user: { uid: 7, gid: 8 },
      args: ["/bin/probe", "user", "env", "cwd"],
      env: ["ONLY=this", "HOME=/"],
      cwd: "/etc",
    });
    const seen = readProbe(runtime.ok(["exec", "--process", path, id]));
    expect(seen.uid).toEqual(["7 7 7"]);
    expect(seen.env).toEqual(["ONLY=this", "HOME=/"]);
    expect(seen.cwd).toEqual(["/etc"]);
  });

  it("has no descriptor but 0, 1 and 2, and no signal blocked or ignored", ({ runtime }) => {
    const seen = probe(runtime, startWaiting(runtime), ["fds", "signals", "session"]);
    expect(seen.fd?.map((line) => line.split(" ")[0])).toEqual(["0", "1", "2"]);
    expect([seen.SigBlk, seen.SigIgn]).toEqual([["0000000000000000"], ["0000000000000000"]]);
  });

  it("may not leave the container by its working directory", ({ runtime }) => {
    const id = startWaiting(runtime);
    // A descriptor of the container's own root leads nowhere else; every other one has to be refused.
    for (const fd of [3, 4, 5, 6, 7, 8, 9, 10]) {
      const here = ["sh", "-c", '[ "$(stat -c %i .)" = "$(stat -c %i /)" ] && echo own root'];
      const { status, stdout } = exec(runtime, id, here, ["--cwd", `/proc/self/fd/${fd}`]);
      expect(status === 0 ? stdout : "refused").toMatch(/^(refused|own root\n)$/);
    }
  });
});
