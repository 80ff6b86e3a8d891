import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect } from "vitest";
import { makeRootfs } from "../support/bundle.ts";
import { it } from "../support/fixture.ts";
import { isTsrunc, type Runtime } from "../support/runtime.ts";
import { Terminal } from "../support/terminal.ts";

function writtenSpec(runtime: Runtime, ...flags: string[]) {
  const result = runtime.call(["spec", ...flags], { cwd: runtime.directory });
  expect(result).toEqual({ status: 0, stdout: "", stderr: "" });
  return JSON.parse(readFileSync(join(runtime.directory, "config.json"), "utf8"));
}

describe("spec", () => {
  it("writes config.json into the working directory, indented with tabs", ({ runtime }) => {
    const config = writtenSpec(runtime);
    const text = readFileSync(join(runtime.directory, "config.json"), "utf8");
    expect(text.trim()).toBe(JSON.stringify(config, undefined, "\t"));
  });

  it("describes a shell on a terminal with little power", ({ runtime }) => {
    const { ociVersion, process, root, hostname } = writtenSpec(runtime);
    const capabilities = ["CAP_AUDIT_WRITE", "CAP_KILL", "CAP_NET_BIND_SERVICE"];
    expect(ociVersion).toMatch(/^1\.\d+\.\d+/);
    expect(process).toMatchObject({
      terminal: true,
      user: { uid: 0, gid: 0 },
      args: ["sh"],
      env: ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "TERM=xterm"],
      cwd: "/",
      capabilities: { bounding: capabilities, effective: capabilities, permitted: capabilities },
      rlimits: [{ type: "RLIMIT_NOFILE", hard: 1024, soft: 1024 }],
      noNewPrivileges: true,
    });
    expect(root).toEqual({ path: "rootfs", readonly: true });
    expect(hostname).toMatch(/^(tsrunc|runc)$/);
  });

  // runc 1.1.5 also grants an ambient set, which later versions left out.
  it.skipIf(!isTsrunc)("gives no ambient and no inheritable capabilities", ({ runtime }) => {
    const { capabilities } = writtenSpec(runtime).process;
    expect(Object.keys(capabilities).sort()).toEqual(["bounding", "effective", "permitted"]);
  });

  it("has the usual mounts in the usual order", ({ runtime }) => {
    const mounts: { destination: string; type: string; options?: string[] }[] = writtenSpec(runtime).mounts;
    expect(
      mounts.map(({ destination, type, options = [] }) => `${destination} ${type} ${options.join(",")}`),
    ).toEqual([
      "/proc proc ",
      "/dev tmpfs nosuid,strictatime,mode=755,size=65536k",
      "/dev/pts devpts nosuid,noexec,newinstance,ptmxmode=0666,mode=0620,gid=5",
      "/dev/shm tmpfs nosuid,noexec,nodev,mode=1777,size=65536k",
      "/dev/mqueue mqueue nosuid,noexec,nodev",
      "/sys sysfs nosuid,noexec,nodev,ro",
      "/sys/fs/cgroup cgroup nosuid,noexec,nodev,relatime,ro",
    ]);
  });

  it("has the namespaces, masks and device rule of runc", ({ runtime }) => {
    const { linux } = writtenSpec(runtime);
    const types = linux.namespaces.map(({ type }: { type: string }) => type);
    expect(types.filter((type: string) => type !== "cgroup")).toEqual([
      "pid",
      "network",
      "ipc",
      "uts",
      "mount",
    ]);
    expect(linux.resources.devices).toEqual([{ allow: false, access: "rwm" }]);
    for (const path of ["/proc/kcore", "/proc/keys", "/sys/firmware"])
      expect(linux.maskedPaths).toContain(path);
    expect(linux.readonlyPaths).toEqual([
      "/proc/bus",
      "/proc/fs",
      "/proc/irq",
      "/proc/sys",
      "/proc/sysrq-trigger",
    ]);
  });

  it.for([["--bundle"], ["-b"]])("%s names another directory", ([flag], { runtime }) => {
    const bundle = join(runtime.directory, "there");
    mkdirSync(bundle);
    runtime.ok(["spec", flag!, bundle]);
    expect(JSON.parse(readFileSync(join(bundle, "config.json"), "utf8"))).toHaveProperty("ociVersion");
  });

  it("does not overwrite a config.json", ({ runtime }) => {
    const file = join(runtime.directory, "config.json");
    writeFileSync(file, "mine");
    const { status, stderr } = runtime.call(["spec", "--bundle", runtime.directory]);
    expect(status).toBe(1);
    expect(stderr).toContain("File config.json exists. Remove it first");
    expect(readFileSync(file, "utf8")).toBe("mine");
  });

  it("fails when the bundle does not exist", ({ runtime }) => {
    expect(runtime.call(["spec", "--bundle", join(runtime.directory, "nowhere")]).status).toBe(1);
  });

  it("--rootless maps the caller to root and leaves out what needs privileges", ({ runtime }) => {
    const { linux, mounts } = writtenSpec(runtime, "--rootless");
    const types = linux.namespaces.map(({ type }: { type: string }) => type);
    expect(types).toContain("user");
    expect(types).not.toContain("network");
    expect(linux.uidMappings).toEqual([{ containerID: 0, hostID: 0, size: 1 }]);
    expect(linux.gidMappings).toEqual([{ containerID: 0, hostID: 0, size: 1 }]);
    expect(linux).not.toHaveProperty("resources");
    const sys = mounts.find(({ destination }: { destination: string }) => destination === "/sys");
    expect(sys).toMatchObject({ source: "/sys", options: ["rbind", "nosuid", "noexec", "nodev", "ro"] });
    for (const { options = [] } of mounts) expect(options.join()).not.toMatch(/[ug]id=/);
  });

  it("writes a config that the same runtime runs unchanged", async ({ runtime }) => {
    writtenSpec(runtime);
    makeRootfs(join(runtime.directory, "rootfs"));
    const args = ["run", "--bundle", runtime.directory, runtime.newId()];
    await using terminal = new Terminal(runtime.commandLine(args));
    await terminal.waitFor("/ # ");
    terminal.type("exit 8\r");
    expect(await terminal.ended()).toBe(8);
  });
});
