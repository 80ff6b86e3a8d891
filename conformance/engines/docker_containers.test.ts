/** Containers in the background: what Docker does with them while they run, and how they end. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { cgroupFile, hasV1 } from "../support/cgroups.ts";
import { Docker, dockerImage } from "../support/docker.ts";
import { isAlive } from "../support/proc.ts";
import { waitUntil } from "../support/runtime.ts";
import { waits } from "../support/shell.ts";
import { Terminal } from "../support/terminal.ts";

let docker: Docker;

beforeAll(async () => {
  docker = await Docker.launch();
});

afterAll(async () => {
  await docker?.dispose();
});

afterEach(() => docker.removeContainers());

/** A container that says when it is ready, and ends with status 3 when SIGTERM tells it to. */
async function runReady(...flags: string[]): Promise<string> {
  const script = "trap 'echo bye; exit 3' TERM; echo ready; while :; do sleep 0.05; done";
  const name = docker.runDetached(["sh", "-c", script], ...flags);
  await waitUntil(() => docker.ok(["logs", name]) === "ready", "the container is ready");
  return name;
}

function outcome(name: string): string {
  return `${docker.inspect(name, ".State.Status")} ${docker.inspect(name, ".State.ExitCode")}`;
}

describe("docker exec", () => {
  it("brings output and exit status back", () => {
    const name = docker.runDetached(waits);
    expect(docker.docker(["exec", name, "sh", "-c", "echo out; echo err >&2; exit 5"])).toEqual({
      status: 5,
      stdout: "out\n",
      stderr: "err\n",
    });
  });

  it("is in the namespaces and the cgroup of the container, under its seccomp profile", () => {
    const name = docker.runDetached(waits);
    const script = "for n in pid net ipc uts mnt; do readlink /proc/$1/ns/$n; done; cat /proc/$1/cgroup";
    const see = (pid: string) => docker.ok(["exec", name, "sh", "-c", script, "sh", pid]);
    expect(see("self")).toBe(see("1"));
    expect(docker.ok(["exec", name, "grep", "-c", "Seccomp:.*2", "/proc/self/status"])).toBe("1");
  });

  it("-i passes stdin on, up to its end", () => {
    const name = docker.runDetached(waits);
    expect(docker.docker(["exec", "--interactive", name, "cat"], "from outside\n").stdout).toBe(
      "from outside\n",
    );
  });

  it("-it is a shell that a person can use", async () => {
    const name = docker.runDetached(waits);
    await using terminal = new Terminal(docker.commandLine(["exec", "-it", name, "sh"]));
    await terminal.waitFor("/ # ");
    terminal.type("tty\n");
    await terminal.waitFor("/dev/pts/0");
    terminal.type("exit 6\n");
    expect(await terminal.ended()).toBe(6);
  });

  it("takes user, directory and environment", () => {
    const name = docker.runDetached(waits);
    const flags = ["--user", "user", "--workdir", "/etc", "--env", "A=b"];
    expect(docker.ok(["exec", ...flags, name, "sh", "-c", "id -u; pwd; echo $A"])).toBe("1000\n/etc\nb");
  });

  it("--detach leaves the program running", async () => {
    const name = docker.runDetached(waits);
    docker.ok(["exec", "--detach", name, "sh", "-c", "echo done >/done; sleep 100"]);
    await waitUntil(() => docker.docker(["exec", name, "cat", "/done"]).stdout === "done\n", "it has run");
  });

  it.each([
    ["nope", 'exec: "nope": executable file not found in $PATH'],
    ["/etc/passwd", 'exec: "/etc/passwd": permission denied'],
  ])("of %s says in the words of the runtime why it failed", (command, message) => {
    const result = docker.docker(["exec", docker.runDetached(waits), command]);
    // 127 for a missing program in newer versions of Docker.
    expect([126, 127]).toContain(result.status);
    expect(`${result.stdout}${result.stderr}`).toContain(message);
  });
});

describe("a container in the background", () => {
  it("that is stopped can end in its own way, and be started again", async () => {
    const name = await runReady();
    docker.ok(["stop", name]);
    expect(outcome(name)).toBe("exited 3");
    expect(docker.ok(["logs", name])).toBe("ready\nbye");
    docker.ok(["start", name]);
    expect(outcome(name)).toBe("running 0");
  });

  it("that does not stop in time is killed", () => {
    const name = docker.runDetached(["sleep", "100"]);
    docker.ok(["stop", "--time", "1", name]);
    expect(outcome(name)).toBe("exited 137");
  });

  it("gets the stop signal of its own", async () => {
    const name = docker.runDetached(
      ["sh", "-c", "trap 'exit 4' USR1; echo ready; while :; do sleep 0.05; done"],
      "--stop-signal",
      "SIGUSR1",
    );
    await waitUntil(() => docker.ok(["logs", name]) === "ready", "the container is ready");
    docker.ok(["stop", name]);
    expect(outcome(name)).toBe("exited 4");
  });

  it("can be killed, with any signal", async () => {
    const name = await runReady();
    docker.ok(["kill", "--signal", "TERM", name]);
    expect(docker.ok(["wait", name])).toBe("3");
    docker.ok(["start", name]);
    docker.ok(["kill", name]);
    expect(docker.ok(["wait", name])).toBe("137");
  });

  it("can be restarted, with another process then", async () => {
    const name = await runReady();
    const pid = docker.pid(name);
    docker.ok(["restart", name]);
    expect(outcome(name)).toBe("running 0");
    expect(docker.pid(name)).not.toBe(pid);
  });

  it("can be paused and go on", () => {
    const name = docker.runDetached(waits);
    docker.ok(["pause", name]);
    expect(outcome(name)).toBe("paused 0");
    expect(docker.docker(["exec", name, "true"]).status).not.toBe(0);
    docker.ok(["unpause", name]);
    expect(docker.ok(["exec", name, "echo", "back"])).toBe("back");
  });

  it("can be removed by force while it is paused", () => {
    const name = docker.runDetached(waits);
    const pid = docker.pid(name);
    docker.ok(["pause", name]);
    docker.ok(["rm", "--force", name]);
    expect(isAlive(pid)).toBe(false);
  });

  it("takes its processes in a shared pid namespace with it", () => {
    const name = docker.runDetached(["sh", "-c", "sleep 1234 & sleep 100"], "--pid", "host");
    docker.ok(["kill", name]);
    docker.ok(["wait", name]);
    const left = docker.ok(["run", "--rm", "--pid", "host", dockerImage, "ps"]);
    expect(left).not.toContain("sleep 1234");
  });

  it("shows its processes and their number", async () => {
    const name = docker.runDetached(["sh", "-c", "sleep 100 & sleep 200 & echo ready; wait"]);
    await waitUntil(() => docker.ok(["logs", name]) === "ready", "the container is ready");
    const pid = docker.pid(name);
    const lines = docker.ok(["top", name, "-o", "pid,args"]).split("\n").slice(1);
    expect(lines).toHaveLength(3);
    expect(lines.map((line) => Number(line.trim().split(" ")[0]))).toContain(pid);
    expect(docker.ok(["stats", "--no-stream", "--format", "{{.PIDs}}", name])).toBe("3");
  });

  it("exchanges files with the host, and can become an image", () => {
    const name = docker.runDetached(waits);
    const file = join(docker.directory, "file");
    writeFileSync(file, "from the host\n");
    docker.ok(["cp", file, `${name}:/copied`]);
    expect(docker.ok(["exec", name, "cat", "/copied"])).toBe("from the host");
    expect(docker.ok(["diff", name])).toContain("A /copied");
    docker.ok(["commit", name, "committed"]);
    expect(docker.ok(["run", "--rm", "committed", "cat", "/copied"])).toBe("from the host");
  });

  it.skipIf(!hasV1("memory"))("gets new limits from docker update", () => {
    const name = docker.runDetached(waits, "--memory", "64m", "--cpus", "0.5");
    const pid = docker.pid(name);
    docker.ok([
      "update",
      "--memory",
      "80m",
      "--memory-swap",
      "-1",
      "--pids-limit",
      "50",
      "--cpu-shares",
      "512",
      name,
    ]);
    expect(cgroupFile(pid, "memory", "memory.limit_in_bytes")).toBe(`${80 << 20}`);
    expect(cgroupFile(pid, "pids", "pids.max")).toBe("50");
    expect(cgroupFile(pid, "cpu", "cpu.shares")).toBe("512");
    expect(cgroupFile(pid, "cpu", "cpu.cfs_quota_us")).toBe("50000");
    // What update leaves alone stays as it was, devices included.
    expect(docker.ok(["exec", name, "sh", "-c", "echo x >/dev/null && echo ok"])).toBe("ok");
  });

  it("is healthy or not as its check says", async () => {
    const flags = ["--health-cmd", "test -e /ok", "--health-interval", "200ms", "--health-retries", "2"];
    const name = docker.runDetached(waits, ...flags);
    const health = () => docker.inspect(name, ".State.Health.Status");
    await waitUntil(() => health() === "unhealthy", "unhealthy");
    docker.ok(["exec", name, "touch", "/ok"]);
    await waitUntil(() => health() === "healthy", "healthy");
  });

  it("is started again as its restart policy says", async () => {
    const name = docker.runDetached(["sh", "-c", "echo once; exit 1"], "--restart", "on-failure:2");
    await waitUntil(() => outcome(name) === "exited 1", "Docker has given up");
    expect(docker.inspect(name, ".RestartCount")).toBe("2");
    expect(docker.ok(["logs", name])).toBe("once\nonce\nonce");
  });

  it.each(["SIGTERM", "SIGKILL"] as const)("with live-restore survives %s of the daemon", async (signal) => {
    const name = await runReady();
    const pid = docker.pid(name);
    await docker.stopDaemon(signal);
    expect(isAlive(pid)).toBe(true);
    await docker.startDaemon();
    expect(outcome(name)).toBe("running 0");
    expect(docker.pid(name)).toBe(pid);
    expect(docker.ok(["exec", name, "echo", "reached"])).toBe("reached");
    docker.ok(["stop", name]);
    expect(outcome(name)).toBe("exited 3");
  });
});
