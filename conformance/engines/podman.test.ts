import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { call } from "../support/call.ts";
import { cgroupDirectory, cgroupFile, hasV1 } from "../support/cgroups.ts";
import { Podman, podmanImage } from "../support/podman.ts";
import { isAlive, namespaceOf } from "../support/proc.ts";
import { findResidue } from "../support/residue.ts";
import { waitUntil } from "../support/runtime.ts";
import { waits } from "../support/shell.ts";
import { inTerminal, Terminal } from "../support/terminal.ts";

let podman: Podman;

beforeAll(() => {
  podman = new Podman();
});

afterAll(() => podman?.dispose());

afterEach(() => podman.removeContainers());

/** A container that says when it is ready, and ends with status 3 when SIGTERM tells it to. */
async function runReady(...flags: string[]): Promise<string> {
  const script = "trap 'echo bye; exit 3' TERM; echo ready; while :; do sleep 0.05; done";
  const name = podman.runDetached(["sh", "-c", script], ...flags);
  await waitUntil(() => podman.ok(["logs", name]) === "ready", "the container is ready");
  return name;
}

function outcome(name: string): string {
  return `${podman.inspect(name, ".State.Status")} ${podman.inspect(name, ".State.ExitCode")}`;
}

describe("podman run", () => {
  it("brings output and exit status back", () => {
    expect(podman.run(["sh", "-c", "echo out; echo err >&2; exit 17"])).toEqual({
      status: 17,
      stdout: "out\n",
      stderr: "err\n",
    });
  });

  it("-i passes stdin on, up to its end", () => {
    const args = podman.runArguments(["cat"], "--rm", "--interactive");
    expect(podman.podman(args, "from outside\n").stdout).toBe("from outside\n");
  });

  it("-it gives the program a terminal of the size of the caller's", async () => {
    const args = podman.runArguments(["sh", "-c", "sleep 0.5; tty; stty size; exit 5"], "--rm", "-it");
    const { status, output } = await inTerminal(podman.commandLine(args), { rows: 33, columns: 111 });
    expect(output).toContain("/dev/pts/0\n33 111\n");
    expect(status).toBe(5);
  });

  it.each([
    [127, ["/nope"], 'exec: "/nope": stat /nope: no such file or directory'],
    [127, ["nope"], 'exec: "nope": executable file not found in $PATH'],
    [126, ["/etc/passwd"], 'exec: "/etc/passwd": permission denied'],
    [126, ["/etc"], 'exec: "/etc": '],
  ])("ends with %i for %j, and its words are the runtime's", (status, command, message) => {
    const result = podman.run(command);
    expect(result.status).toBe(status);
    expect(result.stderr).toContain(message);
    // Podman has understood the log, and does not show it as it is.
    expect(result.stderr).not.toMatch(/level=|"level"/);
  });

  it("--rm leaves no container, no mount and no cgroup", () => {
    expect(podman.run(["true"]).status).toBe(0);
    expect(podman.ok(["ps", "--all", "--quiet"])).toBe("");
    expect(findResidue(`${podman.cgroupParent}/libpod-`, "/none").cgroups).toEqual([]);
    expect(findResidue(`${podman.directory}/root/overlay/`, "/none").mounts).toEqual([]);
  });

  it("realises users, capabilities, seccomp and no-new-privileges", () => {
    const flags = ["--user", "user", "--cap-drop", "all", "--cap-add", "net_admin", "--group-add", "7"];
    const script = "id -u; id -G; grep -E '^(CapBnd|NoNew.*|Seccomp):' /proc/self/status | tr '\\t' ' '";
    expect(podman.sh(script, ...flags, "--security-opt", "no-new-privileges")).toBe(
      "1000\n1000 7\nCapBnd: 0000000000001000\nNoNewPrivs: 1\nSeccomp: 2",
    );
  });

  it("--read-only protects everything but --tmpfs, where everybody may write", () => {
    const script = "touch /x 2>/dev/null || echo read-only; touch /t/x && stat -f -c %T /t; stat -c %a /t";
    expect(podman.sh(script, "--read-only", "--tmpfs", "/t:size=1m", "--user", "1000")).toBe(
      "read-only\ntmpfs\n1777",
    );
  });

  it("--tmpfs over a directory of the image shows what is in it", () => {
    expect(podman.sh("stat -f -c %T /etc; grep -c root /etc/group", "--tmpfs", "/etc")).toBe("tmpfs\n1");
  });

  it("binds directories of the host", () => {
    const shared = join(podman.directory, "shared");
    mkdirSync(shared);
    writeFileSync(join(shared, "file"), "shared\n");
    const script = "cat /ro/file; touch /ro/x 2>/dev/null || echo read-only";
    expect(podman.sh(script, "-v", `${shared}:/ro:ro`)).toBe("shared\nread-only");
  });

  it("runs in a user namespace", () => {
    const script = "id -u; tr -s ' ' </proc/self/uid_map; touch /made && echo ok";
    expect(podman.sh(script, "--uidmap", "0:100000:65536", "--gidmap", "0:100000:65536")).toBe(
      "0\n 0 100000 65536\nok",
    );
  });

  it("--systemd=always makes the places that systemd wants", () => {
    const script =
      "grep -c -E ' (/run|/tmp|/run/lock) tmpfs ' /proc/mounts; test -w /sys/fs/cgroup/systemd && echo ok";
    expect(podman.sh(script, "--systemd", "always")).toBe("3\nok");
  });

  it("--preserve-fds hands a descriptor of the caller's on", () => {
    const command = podman.commandLine(
      podman.runArguments(["sh", "-c", "cat <&3"], "--rm", "--preserve-fds", "1"),
    );
    const { stdout } = call(["sh", "-c", 'exec "$@" 3</proc/sys/kernel/ostype', "sh", ...command]);
    expect(stdout).toBe("Linux\n");
  });

  it.skipIf(!hasV1("memory"))("puts limits into the cgroup", () => {
    const files = "memory/memory.limit_in_bytes pids/pids.max cpu/cpu.cfs_quota_us";
    const flags = ["--memory", "64m", "--pids-limit", "20", "--cpus", "0.5"];
    expect(podman.sh(`cd /sys/fs/cgroup; cat ${files}`, ...flags)).toBe("67108864\n20\n50000");
  });

  it("--ulimit sets soft and hard limit", () => {
    const flags = ["nofile=100:200", "nproc=300:400"].flatMap((limit) => ["--ulimit", limit]);
    expect(podman.sh("ulimit -Sn; ulimit -Hn; ulimit -Su; ulimit -Hu", ...flags)).toBe("100\n200\n300\n400");
  });

  it.each(["pid", "ipc", "uts", "net"])("--%s host is the host's", (name) => {
    expect(podman.sh(`readlink /proc/self/ns/${name}`, `--${name}`, "host")).toBe(namespaceOf("self", name));
  });
});

describe("podman exec", () => {
  it("brings output and exit status back", () => {
    const name = podman.runDetached(waits);
    expect(podman.podman(["exec", name, "sh", "-c", "echo out; echo err >&2; exit 5"])).toEqual({
      status: 5,
      stdout: "out\n",
      stderr: "err\n",
    });
  });

  it("-it is a shell that a person can use", async () => {
    const name = podman.runDetached(waits);
    await using terminal = new Terminal(podman.commandLine(["exec", "-it", name, "sh"]));
    await terminal.waitFor("/ # ");
    terminal.type("tty\n");
    await terminal.waitFor("/dev/pts/0");
    terminal.type("exit 6\n");
    expect(await terminal.ended()).toBe(6);
  });

  it("takes user, directory and environment", () => {
    const name = podman.runDetached(waits);
    const flags = ["--user", "user", "--workdir", "/etc", "--env", "A=b"];
    expect(podman.ok(["exec", ...flags, name, "sh", "-c", "id -u; pwd; echo $A"])).toBe("1000\n/etc\nb");
  });

  it.each([
    [127, "nope", 'exec: "nope": executable file not found in $PATH'],
    [126, "/etc/passwd", 'exec: "/etc/passwd": permission denied'],
  ])("ends with %i for %s, and its words are the runtime's", (status, command, message) => {
    const result = podman.podman(["exec", podman.runDetached(waits), command]);
    expect(result.status).toBe(status);
    expect(result.stderr).toContain(message);
  });
});

describe("a container in the background", () => {
  it("that is stopped can end in its own way, and be started again", async () => {
    const name = await runReady();
    podman.ok(["stop", name]);
    expect(outcome(name)).toBe("exited 3");
    expect(podman.ok(["logs", name])).toBe("ready\nbye");
    podman.ok(["start", name]);
    expect(outcome(name)).toBe("running 0");
  });

  it("that does not stop in time is killed", () => {
    const name = podman.runDetached(["sleep", "100"]);
    podman.ok(["stop", "--time", "1", name]);
    expect(outcome(name)).toBe("exited 137");
  });

  it("can be killed, with any signal", async () => {
    const name = await runReady();
    podman.ok(["kill", "--signal", "TERM", name]);
    expect(podman.ok(["wait", name])).toBe("3");
    podman.ok(["start", name]);
    podman.ok(["kill", name]);
    expect(podman.ok(["wait", name])).toBe("137");
  });

  it("can be paused and go on", () => {
    const name = podman.runDetached(waits);
    podman.ok(["pause", name]);
    expect(outcome(name)).toBe("paused 0");
    podman.ok(["unpause", name]);
    expect(podman.ok(["exec", name, "echo", "back"])).toBe("back");
  });

  it("can be removed by force while it is paused", () => {
    const name = podman.runDetached(waits);
    const pid = podman.pid(name);
    podman.ok(["pause", name]);
    podman.ok(["rm", "--force", "--time", "0", name]);
    expect(isAlive(pid)).toBe(false);
  });

  it("shows its processes", async () => {
    const name = await runReady();
    expect(podman.ok(["top", name, "pid", "args"])).toMatch(/^PID +COMMAND\n1 +sh -c trap /);
  });

  it("can be inspected: the cgroup, the pid and the runtime are those of its process", () => {
    const name = podman.runDetached(waits);
    const pid = podman.pid(name);
    expect(isAlive(pid)).toBe(true);
    expect(cgroupDirectory(pid, "pids")).toContain(podman.inspect(name, ".State.CgroupPath"));
    expect(podman.inspect(name, ".OCIRuntime")).toBe("tested");
  });

  it("is healthy or not as its check says", () => {
    // Without an interval, for Podman gives the timer to systemd.
    const name = podman.runDetached(waits, "--health-cmd", "test -e /ok", "--health-interval", "disable");
    expect(podman.podman(["healthcheck", "run", name]).status).toBe(1);
    podman.ok(["exec", name, "touch", "/ok"]);
    expect(podman.podman(["healthcheck", "run", name]).status).toBe(0);
    expect(podman.inspect(name, ".State.Health.Status")).toBe("healthy");
  });
});

describe("a pod", () => {
  function createPod(): string {
    const name = podman.newName();
    const infra = ["--infra-image", podmanImage, "--infra-command", "sleep 100"];
    podman.ok(["pod", "create", "--name", name, "--cgroup-parent", `/${podman.cgroupParent}`, ...infra]);
    return name;
  }

  it("shares its network, IPC and host name among its containers", () => {
    const pod = createPod();
    const [one, two] = [1, 2].map(() => podman.runDetached(waits, "--pod", pod));
    for (const namespace of ["net", "ipc", "uts"]) {
      expect(namespaceOf(podman.pid(one!), namespace)).toBe(namespaceOf(podman.pid(two!), namespace));
    }
    expect(namespaceOf(podman.pid(one!), "pid")).not.toBe(namespaceOf(podman.pid(two!), "pid"));
    expect(podman.ok(["exec", two!, "hostname"])).toBe(pod);
  });

  it("is stopped and removed with all its containers", async () => {
    const pod = createPod();
    const pid = podman.pid(podman.runDetached(waits, "--pod", pod));
    podman.ok(["pod", "stop", "--time", "1", pod]);
    await waitUntil(() => !isAlive(pid), "the container has ended");
    podman.ok(["pod", "rm", pod]);
    expect(podman.ok(["ps", "--all", "--quiet"])).toBe("");
  });

  it.skipIf(!hasV1("pids"))("has the container's limits below its own cgroup", () => {
    const pod = createPod();
    const pid = podman.pid(podman.runDetached(waits, "--pod", pod, "--pids-limit", "33"));
    expect(cgroupFile(pid, "pids", "pids.max")).toBe("33");
    expect(cgroupDirectory(pid, "pids")).toContain(podman.ok(["pod", "inspect", "--format", "{{.ID}}", pod]));
  });
});
