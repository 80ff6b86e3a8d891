import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { cgroupFile, hasV1 } from "../support/cgroups.ts";
import { Containerd } from "../support/containerd.ts";
import { isAlive } from "../support/proc.ts";
import { findResidue } from "../support/residue.ts";
import { waitUntil } from "../support/runtime.ts";
import { waits } from "../support/shell.ts";
import { inTerminal } from "../support/terminal.ts";

let containerd: Containerd;

beforeAll(async () => {
  containerd = await Containerd.launch();
});

afterAll(async () => {
  await containerd?.dispose();
});

// A container of a failed test must not stand in the way of the next.
afterEach(() => {
  for (const id of containerd.ok(["containers", "ls", "--quiet"]).split("\n").filter(Boolean)) {
    containerd.ctr(["tasks", "rm", "--force", id]);
    containerd.ctr(["containers", "rm", id]);
  }
});

function run(flags: readonly string[], command: readonly string[], input?: string) {
  return containerd.ctr(containerd.runArguments(["--rm", ...flags], containerd.newId(), command), input);
}

/** Starts a container in the background; returns its id. */
function runDetached(command: readonly string[], ...flags: string[]): string {
  const id = containerd.newId();
  containerd.ok(containerd.runArguments(["--detach", "--null-io", ...flags], id, command));
  return id;
}

/** Ends a container of `waits`. The first signal may come before the program has its handler, and is lost then. */
async function stop(id: string): Promise<void> {
  await waitUntil(() => {
    containerd.ctr(["tasks", "kill", id]);
    return containerd.task(id)?.status === "STOPPED";
  }, "the task has stopped");
}

describe("ctr run", () => {
  it("brings output and exit status back", () => {
    expect(run([], ["sh", "-c", "echo out; echo err >&2; exit 17"])).toEqual({
      status: 17,
      stdout: "out\n",
      stderr: "err\n",
    });
  });

  it("passes stdin on", () => {
    // This version of ctr does not tell the shim where stdin ends.
    const { status, stdout } = run([], ["sh", "-c", "read -r line; echo got $line"], "from outside\n");
    expect({ status, stdout }).toEqual({ status: 0, stdout: "got from outside\n" });
  });

  it("loses nothing of a long output", () => {
    expect(run([], ["seq", "1", "20000"]).stdout.length).toBe(108_894);
  });

  it("leaves no container, no task, no shim, no mount and no cgroup", async () => {
    expect(run([], ["true"]).status).toBe(0);
    expect(containerd.ok(["containers", "ls", "--quiet"])).toBe("");
    expect(containerd.ok(["tasks", "ls", "--quiet"])).toBe("");
    await waitUntil(() => containerd.shims().length === 0, "the shim has ended");
    expect(findResidue(`${containerd.directory}/state`, "/nonexistent").mounts).toEqual([]);
    expect(findResidue(`${containerd.namespace}/`, "/nonexistent").cgroups).toEqual([]);
  });

  it("with a terminal gives the program one", async () => {
    const args = containerd.runArguments(["--rm", "--tty"], containerd.newId(), [
      "sh",
      "-c",
      "tty; /bin/probe tty; exit 5",
    ]);
    const { status, output } = await inTerminal(containerd.commandLine(args));
    expect(output.replaceAll("\r", "")).toContain("/dev/pts/0\ntty: 0 yes\ntty: 1 yes\ntty: 2 yes\n");
    expect(status).toBe(5);
  });

  it("takes environment, working directory and mounts to the container", () => {
    const shared = join(containerd.directory, "shared");
    mkdirSync(shared, { recursive: true });
    writeFileSync(join(shared, "file"), "shared\n");
    const mount = `type=bind,src=${shared},dst=/mnt,options=rbind:ro`;
    const flags = ["--env", "A=b", "--cwd", "/etc", "--mount", mount, "--read-only"];
    const script = "echo $A; pwd; cat /mnt/file; touch /x 2>/dev/null || echo read-only";
    expect(run(flags, ["sh", "-c", script])).toEqual({
      status: 0,
      stderr: "",
      stdout: "b\n/etc\nshared\nread-only\n",
    });
  });

  it("runs in a user namespace", () => {
    const flags = ["--uidmap", "0:100000:65536", "--gidmap", "0:100000:65536"];
    const { status, stdout } = run(flags, [
      "sh",
      "-c",
      "id -u; tr -s ' ' </proc/self/uid_map; touch /made && echo ok",
    ]);
    expect({ status, stdout }).toEqual({ status: 0, stdout: "0\n 0 100000 65536\nok\n" });
  });

  it.each([
    [["/nope"], "no such file or directory"],
    [["nope"], "executable file not found in $PATH"],
    [["/etc/passwd"], "permission denied"],
  ])("of %j says in the words of the runtime why it failed", (command, message) => {
    const { status, stderr } = run([], command);
    expect(status).not.toBe(0);
    expect(stderr).toContain("OCI runtime create failed");
    expect(stderr).toContain(message);
    expect(stderr).not.toContain("unable to retrieve OCI runtime error");
  });

  it("works for several containers at once", () => {
    const ids = [1, 2, 3].map((number) => runDetached(["sh", "-c", `sleep 100; exit ${number}`]));
    expect(ids.map((id) => containerd.task(id)?.status)).toEqual(["RUNNING", "RUNNING", "RUNNING"]);
    expect(new Set(ids.map((id) => containerd.task(id)?.pid)).size).toBe(3);
  });
});

describe("a task in the background", () => {
  it("can be listed, killed and deleted", async () => {
    const id = runDetached(waits);
    const { pid, status } = containerd.task(id)!;
    expect(status).toBe("RUNNING");
    expect(isAlive(pid)).toBe(true);
    await stop(id);
    containerd.ok(["tasks", "rm", id]);
    containerd.ok(["containers", "rm", id]);
    expect(containerd.task(id)).toBeUndefined();
  });

  it("that a signal killed has the status 128 + n", async () => {
    const id = runDetached(["sleep", "100"]);
    containerd.ok(["tasks", "kill", "--signal", "SIGKILL", id]);
    await waitUntil(() => containerd.task(id)?.status === "STOPPED", "the task has stopped");
    expect(containerd.ctr(["tasks", "rm", id]).stderr).toContain("137");
  });

  it("can be deleted by force while it runs", () => {
    const id = runDetached(["sleep", "100"]);
    const { pid } = containerd.task(id)!;
    containerd.ctr(["tasks", "rm", "--force", id]);
    expect(isAlive(pid)).toBe(false);
    expect(containerd.task(id)).toBeUndefined();
  });

  it.skipIf(!hasV1("memory"))("has the limits that were asked for, and metrics", () => {
    const id = runDetached(["sleep", "100"], "--memory-limit", `${64 << 20}`);
    expect(cgroupFile(containerd.task(id)!.pid, "memory", "memory.limit_in_bytes")).toBe(`${64 << 20}`);
    expect(containerd.ok(["tasks", "metrics", id])).toContain(id);
  });

  it("survives a crash of containerd, and can be managed by the next one", async () => {
    const id = runDetached(waits);
    const before = containerd.task(id)!;
    await containerd.killDaemon();
    expect(isAlive(before.pid)).toBe(true);
    await containerd.startDaemon();
    expect(containerd.task(id)).toEqual(before);
    await stop(id);
    expect(containerd.ctr(["tasks", "rm", id]).status).toBe(0);
    expect(run([], ["echo", "as before"]).stdout).toBe("as before\n");
  });
});
