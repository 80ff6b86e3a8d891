/** `docker run` in the forms that people use. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { hasV1 } from "../support/cgroups.ts";
import { Docker, dockerImage } from "../support/docker.ts";
import { hasAllCapabilities } from "../support/host_limits.ts";
import { namespaceOf } from "../support/proc.ts";
import { findResidue } from "../support/residue.ts";
import { isTsrunc, waitUntil } from "../support/runtime.ts";
import { inTerminal } from "../support/terminal.ts";

let docker: Docker;

beforeAll(async () => {
  docker = await Docker.launch();
});

afterAll(async () => {
  await docker?.dispose();
});

afterEach(() => docker.removeContainers());

function run(command: readonly string[], ...flags: string[]) {
  return docker.docker(["run", "--rm", ...flags, dockerImage, ...command]);
}

/** Lines of /proc/self/status in a container. */
function statusLines(pattern: string, ...flags: string[]): string[] {
  return docker.sh(`grep -E '^(${pattern}):' /proc/self/status | tr '\\t' ' '`, ...flags).split("\n");
}

describe("docker run", () => {
  it("brings output and exit status back", () => {
    expect(run(["sh", "-c", "echo out; echo err >&2; exit 17"])).toEqual({
      status: 17,
      stdout: "out\n",
      stderr: "err\n",
    });
  });

  it("-i passes stdin on, up to its end", () => {
    const args = ["run", "--rm", "--interactive", dockerImage, "cat"];
    expect(docker.docker(args, "from outside\n").stdout).toBe("from outside\n");
  });

  it("loses nothing of a long output", () => {
    expect(run(["seq", "1", "20000"]).stdout.length).toBe(108_894);
  });

  it("-it gives the program a terminal of the size of the caller's", async () => {
    const args = ["run", "--rm", "-it", dockerImage, "sh", "-c", "sleep 0.5; tty; stty size; exit 5"];
    const { status, output } = await inTerminal(docker.commandLine(args), { rows: 33, columns: 111 });
    expect(output).toContain("/dev/pts/0\n33 111\n");
    expect(status).toBe(5);
  });

  it("--rm leaves no container, no mount and no cgroup", async () => {
    expect(run(["true"]).status).toBe(0);
    expect(docker.ok(["ps", "--all", "--quiet"])).toBe("");
    await waitUntil(
      () => findResidue(`${docker.directory}/data/overlay2/`, "/none").mounts.length === 0,
      "unmounted",
    );
    expect(findResidue(`${docker.cgroupParent}/`, "/none").cgroups).toEqual([]);
  });

  it("--init puts an init before the program", () => {
    expect(docker.sh("echo $$; head -n 1 /proc/1/cmdline | tr '\\0' ' '", "--init")).toMatch(
      /^\d+\n\/sbin\/docker-init -- sh /,
    );
  });

  it("keeps the program's status under --init", () => {
    expect(run(["sh", "-c", "exit 9"], "--init").status).toBe(9);
  });
});

describe("the status of docker run", () => {
  it.each([
    [127, ["/nope"], 'exec: "/nope": stat /nope: no such file or directory'],
    [127, ["nope"], 'exec: "nope": executable file not found in $PATH'],
    [126, ["/etc/passwd"], 'exec: "/etc/passwd": permission denied'],
    [126, ["/etc"], 'exec: "/etc": '],
  ])("is %i for %j, and its words are the runtime's", (status, command, message) => {
    const result = run(command);
    expect(result.status).toBe(status);
    expect(result.stderr).toContain(message);
  });

  it("is 128 + n for signal n", () => {
    expect(run(["sh", "-c", "kill -9 $$"], "--init").status).toBe(137);
  });
});

describe("what a container may write", () => {
  it("--read-only protects everything but --tmpfs, where everybody may write", () => {
    const script = "touch /x 2>/dev/null || echo read-only; touch /t/x && stat -f -c %T /t; stat -c %a /t";
    const flags = ["--read-only", "--tmpfs", "/t:size=1m", "--user", "1000"];
    expect(docker.sh(script, ...flags)).toBe("read-only\ntmpfs\n1777");
  });

  it("--mount type=tmpfs has the size and the mode that were asked for", () => {
    const flags = ["--mount", "type=tmpfs,dst=/t,tmpfs-size=65536,tmpfs-mode=0700"];
    const script = "stat -c %a /t; dd if=/dev/zero of=/t/x bs=1k count=100 2>/dev/null; wc -c </t/x";
    expect(docker.sh(script, ...flags)).toBe("700\n65536");
  });

  it("-v binds a directory of the host, and read-only if asked to", () => {
    const shared = join(docker.directory, "shared");
    mkdirSync(shared, { recursive: true });
    writeFileSync(join(shared, "file"), "shared\n");
    const script = "cat /ro/file; touch /ro/x 2>/dev/null || echo read-only; echo written >/rw/new";
    expect(docker.sh(script, "-v", `${shared}:/ro:ro`, "-v", `${shared}:/rw`)).toBe("shared\nread-only");
    expect(readFileSync(join(shared, "new"), "utf8")).toBe("written\n");
  });

  it("a volume outlives its container, and starts with what the image has there", () => {
    docker.sh("cat /etc/group >/dev/null; echo kept >/etc/kept", "-v", "named:/etc");
    expect(docker.sh("cat /v/kept; ls /v/passwd", "-v", "named:/v")).toBe("kept\n/v/passwd");
    docker.ok(["volume", "rm", "named"]);
  });

  it("--shm-size sets the size of /dev/shm", () => {
    expect(docker.sh("grep ' /dev/shm ' /proc/mounts", "--shm-size", "8m")).toContain("size=8192k");
  });

  it("hides and protects what Docker lists, unless systempaths=unconfined", () => {
    const script = "ls /sys/firmware | wc -l; grep -c ' /proc/sys ' /proc/mounts; :";
    expect(docker.sh(script)).toBe("0\n1");
    expect(
      docker.sh("grep -c ' /proc/sys ' /proc/mounts; :", "--security-opt", "systempaths=unconfined"),
    ).toBe("0");
  });
});

describe("privileges", () => {
  it("are Docker's default set for root, and none for another user", () => {
    expect(statusLines("CapEff")).toEqual(["CapEff: 00000000a80425fb"]);
    expect(statusLines("CapEff|CapBnd", "--user", "1000:1000")).toEqual([
      "CapEff: 0000000000000000",
      "CapBnd: 00000000a80425fb",
    ]);
  });

  it("--cap-drop and --cap-add choose", () => {
    expect(statusLines("CapPrm|CapEff|CapBnd", "--cap-drop", "ALL", "--cap-add", "NET_ADMIN")).toEqual([
      "CapPrm: 0000000000001000",
      "CapEff: 0000000000001000",
      "CapBnd: 0000000000001000",
    ]);
  });

  it("--user takes names of the image, and --group-add more groups", () => {
    expect(docker.sh("id -u; id -g; id -G", "--user", "user", "--group-add", "7")).toBe("1000\n1000\n1000 7");
  });

  it("Docker's seccomp profile is on, and can be turned off", () => {
    expect(statusLines("Seccomp|NoNewPrivs")).toEqual(["NoNewPrivs: 0", "Seccomp: 2"]);
    expect(statusLines("Seccomp", "--security-opt", "seccomp=unconfined")).toEqual(["Seccomp: 0"]);
  });

  it("Docker's seccomp profile refuses a new user namespace", () => {
    const command = ["busybox", "unshare", "-U", "echo", "made"];
    expect(run(command)).toMatchObject({ status: 1, stderr: expect.stringContaining("not permitted") });
    expect(run(command, "--security-opt", "seccomp=unconfined").stdout).toBe("made\n");
  });

  it("a seccomp profile of the user's own decides", () => {
    const profile = join(docker.directory, "profile.json");
    const rule = { names: ["mkdir", "mkdirat"], action: "SCMP_ACT_ERRNO", errnoRet: 95 };
    writeFileSync(profile, JSON.stringify({ defaultAction: "SCMP_ACT_ALLOW", syscalls: [rule] }));
    expect(run(["mkdir", "/x"], "--security-opt", `seccomp=${profile}`).stderr).toContain("not supported");
  });

  it("no-new-privileges is set, also with the seccomp profile", () => {
    const flags = ["--security-opt", "no-new-privileges"];
    expect(statusLines("NoNewPrivs|Seccomp", ...flags)).toEqual(["NoNewPrivs: 1", "Seccomp: 2"]);
  });

  // runc 1.1.5 fails where it cannot give a capability, because the host's root lacks it.
  it.skipIf(!isTsrunc && !hasAllCapabilities)("--privileged may mount and sees the host's devices", () => {
    const script =
      "mount -t tmpfs none /tmp && echo mounted; test -e /dev/kmsg && echo devices; grep -c Seccomp.*0 /proc/self/status";
    expect(docker.sh(script, "--privileged")).toBe("mounted\ndevices\n2");
  });

  it("--device gives a device of the host under another name, and no more rights than asked for", () => {
    // Not one of the devices that every container may use.
    const script = "stat -c %t:%T /dev/mine; (: </dev/mine) && echo read; (: >/dev/mine) 2>&1; :";
    expect(docker.sh(script, "--device", "/dev/loop-control:/dev/mine:r")).toMatch(
      /^a:ed\nread\n.*Operation not permitted$/,
    );
  });

  it.skipIf(!hasV1("devices"))("other devices are out of reach", () => {
    expect(docker.sh("mknod /x c 10 229; (: </x) 2>&1; :")).toContain("Operation not permitted");
  });
});

describe("limits", () => {
  it.skipIf(!hasV1("memory"))("of memory, processors and processes are in the cgroup", () => {
    const files =
      "memory/memory.limit_in_bytes pids/pids.max cpu/cpu.cfs_quota_us cpu/cpu.shares cpuset/cpuset.cpus";
    const flags = ["--memory", "64m", "--pids-limit", "20", "--cpus", "0.5", "--cpu-shares", "300"];
    const script = `cd /sys/fs/cgroup; cat ${files}`;
    expect(docker.sh(script, ...flags, "--cpuset-cpus", "0")).toBe("67108864\n20\n50000\n300\n0");
  });

  it.skipIf(!hasV1("memory"))(
    "a container that takes too much memory is killed, and Docker knows why",
    () => {
      // The shim begins to listen after the start, and its news has to be there before that of the exit.
      const script = "sleep 0.5; head -c 50m /dev/zero | tail; sleep 0.5";
      const name = docker.runDetached(["sh", "-c", script], "--memory", "8m");
      docker.ok(["wait", name]);
      expect(docker.inspect(name, ".State.OOMKilled")).toBe("true");
    },
  );

  it("--ulimit sets soft and hard limit", () => {
    expect(docker.sh("ulimit -Sn; ulimit -Hn", "--ulimit", "nofile=100:200")).toBe("100\n200");
  });

  it("--oom-score-adj reaches the program", () => {
    expect(docker.sh("cat /proc/self/oom_score_adj", "--oom-score-adj", "321")).toBe("321");
  });

  it("--sysctl sets what belongs to the container's namespaces", () => {
    const flags = ["--sysctl", "net.ipv4.ip_forward=1", "--sysctl", "kernel.shm_rmid_forced=1"];
    expect(docker.sh("cd /proc/sys; cat net/ipv4/ip_forward kernel/shm_rmid_forced", ...flags)).toBe("1\n1");
  });
});

describe("namespaces", () => {
  it.each(["pid", "ipc", "uts", "net"])("--%s host is the host's", (name) => {
    expect(docker.sh(`readlink /proc/self/ns/${name}`, `--${name}`, "host")).toBe(namespaceOf("self", name));
    expect(docker.sh(`readlink /proc/self/ns/${name}`)).not.toBe(namespaceOf("self", name));
  });

  it.each(["pid", "ipc", "net"])("--%s container:NAME is the other container's", (name) => {
    const other = docker.runDetached(["sleep", "100"], ...(name === "ipc" ? ["--ipc", "shareable"] : []));
    expect(docker.sh(`readlink /proc/self/ns/${name}`, `--${name}`, `container:${other}`)).toBe(
      namespaceOf(docker.pid(other), name),
    );
  });

  it("--cgroupns private hides where the container's cgroup is", () => {
    const script = "cut -d : -f 3 /proc/self/cgroup | sort -u";
    expect(docker.sh(script, "--cgroupns", "private")).toBe("/");
    expect(docker.sh(script, "--cgroupns", "host")).toContain(docker.cgroupParent);
  });

  it("--hostname and --workdir are the container's, and a missing directory is made", () => {
    expect(docker.sh("hostname; pwd", "--hostname", "hh", "--workdir", "/new/dir")).toBe("hh\n/new/dir");
  });

  it("-e adds to the environment of the image", () => {
    expect(docker.sh("echo $A $PATH $HOME", "-e", "A=b")).toBe("b /bin /root");
  });
});
