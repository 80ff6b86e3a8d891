import { spawnSync } from "node:child_process";
import { readdirSync, readlinkSync, statSync } from "node:fs";
import { describe, expect } from "vitest";
import { makeBundle } from "../support/bundle.ts";
import { it } from "../support/fixture.ts";
import { procFile, procStatus } from "../support/proc.ts";
import { cgroupViews, isTsrunc, type Runtime } from "../support/runtime.ts";
import { waits } from "../support/shell.ts";

/** Processes on the machine that the runtime of this test would be, by their command lines. */
function runtimesAtWork(runtime: Runtime): string[] {
  return readdirSync("/proc").filter((name) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      return procFile(Number(name), "cmdline").split("\0").includes(runtime.root);
    } catch {
      return false;
    }
  });
}

const links = (pid: number) =>
  readdirSync(`/proc/${pid}/fd`).map((fd) => [fd, readlinkSync(`/proc/${pid}/fd/${fd}`)] as const);

describe.each(cgroupViews)("after create in the %s cgroup view", (view) => {
  it.override({ view });

  it("no process of the runtime is left", ({ runtime }) => {
    runtime.create(makeBundle(runtime.directory, waits));
    expect(runtimesAtWork(runtime)).toEqual([]);
  });
});

describe("after create", () => {
  it("the container's process is a child of the nearest subreaper", ({ runtime }) => {
    const id = runtime.newId();
    const bundle = makeBundle(runtime.directory, waits);
    const program = [
      "import ctypes, subprocess, sys",
      "ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)", // PR_SET_CHILD_SUBREAPER
      "null = subprocess.DEVNULL",
      "subprocess.run(sys.argv[1:], check=True, stdin=null, stdout=null, stderr=null)",
      "import os; print(os.getpid(), open(f'/proc/{os.getpid()}/task/{os.getpid()}/children').read().strip())",
    ].join("\n");
    const command = runtime.commandLine(["create", "--bundle", bundle, id]);
    const { stdout } = spawnSync("python3", ["-c", program, ...command], { encoding: "utf8" });
    const [, ...children] = stdout.trim().split(" ").map(Number);
    expect(children).toEqual([runtime.state(id).pid]);
  });

  it("the waiting process has one thread", ({ runtime }) => {
    const { pid } = runtime.state(runtime.create(makeBundle(runtime.directory, waits)));
    if (isTsrunc) expect(procStatus(pid, "Threads")).toBe("1");
  });

  // runc waits as a Go program of its own size.
  it.skipIf(!isTsrunc)("the waiting process owns less than 0.3 MiB of memory", ({ runtime }) => {
    const { pid } = runtime.state(runtime.create(makeBundle(runtime.directory, waits)));
    const kibibytes = Number(/^Pss:\s+(\d+) kB$/m.exec(procFile(pid, "smaps_rollup"))?.[1]);
    expect(kibibytes).toBeLessThan(0.3 * 1024);
  });

  // CVE-2019-5736: a container that can open the program of its init for writing owns the host's runtime.
  it("the waiting process is no program of the host that could be written", ({ runtime }) => {
    const { pid } = runtime.state(runtime.create(makeBundle(runtime.directory, waits)));
    const exe = readlinkSync(`/proc/${pid}/exe`);
    if (isTsrunc) expect(exe).toMatch(/^\/memfd:.* \(deleted\)$/);
    else expect(exe).toMatch(/memfd:|\(deleted\)|^\/$/);
  });

  it("the waiting process maps no file of the host", ({ runtime }) => {
    const { pid } = runtime.state(runtime.create(makeBundle(runtime.directory, waits)));
    const files = procFile(pid, "maps")
      .split("\n")
      .map((line) => line.split(/ +/)[5])
      .filter((path) => path?.startsWith("/") && !path.startsWith("/memfd:"));
    if (isTsrunc) expect(files).toEqual([]);
  });

  it("the waiting process is in the container's root, at the program's working directory", ({ runtime }) => {
    const bundle = makeBundle(runtime.directory, waits, (config) => {
      config.process.cwd = "/etc";
    });
    const { pid } = runtime.state(runtime.create(bundle));
    expect(readlinkSync(`/proc/${pid}/root`)).toBe("/");
    expect(readdirSync(`/proc/${pid}/root`)).toContain("bin");
    expect(readdirSync(`/proc/${pid}/root`)).not.toContain("home");
    expect(readlinkSync(`/proc/${pid}/cwd`)).toBe("/etc");
  });

  it("the waiting process holds no file or directory of a mount outside the container", ({ runtime }) => {
    const through = ["sh", "-c", 'exec "$@" 7</etc/passwd 8</', "sh"];
    const id = runtime.newId();
    const bundle = makeBundle(runtime.directory, waits);
    runtime.ok(["create", "--bundle", bundle, id], { silent: true, through });
    const { pid } = runtime.state(id);
    const mounts = procFile(pid, "mountinfo")
      .split("\n")
      .map((line) => line.split(" ")[0]);
    const outside = links(pid).filter(([fd]) => {
      const stat = statSync(`/proc/${pid}/fd/${fd}`);
      if (!stat.isFile() && !stat.isDirectory()) return false;
      return !mounts.includes(/^mnt_id:\s*(\d+)$/m.exec(procFile(pid, `fdinfo/${fd}`))![1]);
    });
    expect(outside.filter(([, target]) => !target.startsWith("/memfd:"))).toEqual([]);
  });
});

describe("after start", () => {
  it("the program has the three descriptors and no more", ({ runtime }) => {
    const through = ["sh", "-c", 'exec "$@" 7</etc/passwd 8</', "sh"];
    const id = runtime.newId();
    const bundle = makeBundle(runtime.directory, ["sleep", "100"]);
    runtime.ok(["run", "--detach", "--bundle", bundle, id], { silent: true, through });
    const { pid } = runtime.state(id);
    return expect
      .poll(() => links(pid))
      .toEqual([
        ["0", "/dev/null"],
        ["1", "/dev/null"],
        ["2", "/dev/null"],
      ]);
  });

  it("no process of the runtime is left", ({ runtime }) => {
    runtime.runDetached(makeBundle(runtime.directory, waits));
    expect(runtimesAtWork(runtime)).toEqual([]);
  });

  it("the end of the caller's session does not end the container", async ({ runtime }) => {
    const id = runtime.newId();
    const bundle = makeBundle(runtime.directory, ["sleep", "100"]);
    const command = runtime.commandLine(["run", "--detach", "--bundle", bundle, id]);
    // A session of its own that ends with its leader, as a login does.
    spawnSync("setsid", ["--wait", "sh", "-c", '"$@" </dev/null >/dev/null 2>&1', "sh", ...command]);
    expect(runtime.state(id).status).toBe("running");
    expect(procStatus(runtime.state(id).pid, "SigIgn")).toBe("0000000000000000");
  });
});
