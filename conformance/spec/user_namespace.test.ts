import { chownSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect } from "vitest";
import { type Config, makeBundle } from "../support/bundle.ts";
import { it } from "../support/fixture.ts";
import { mountsOf, readProbe, seeWith } from "../support/probe.ts";
import { namespaceOf, procFile, procStatus } from "../support/proc.ts";
import { cgroupViews, isTsrunc } from "../support/runtime.ts";
import { shOutput, waits } from "../support/shell.ts";

const hostId = 100_000;

/** A user namespace of 65536 ids; the root file system belongs to its root. */
function mapped(config: Config, bundle: string): void {
  const mapping = { containerID: 0, hostID: hostId, size: 65536 };
  config.linux.namespaces.push({ type: "user" });
  config.linux.uidMappings = [mapping];
  config.linux.gidMappings = [mapping];
  chownTree(join(bundle, "rootfs"), hostId);
}

function chownTree(directory: string, id: number): void {
  chownSync(directory, id, id);
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) chownTree(path, id);
    else if (!entry.isSymbolicLink()) chownSync(path, id, id);
  }
}

const numbers = (text: string) => text.trim().split(/\s+/).map(Number);

describe.each(cgroupViews)("a user namespace with mappings in the %s cgroup view", (view) => {
  it.override({ view });

  it("makes the program root inside and nobody special outside", ({ runtime }) => {
    const id = runtime.runDetached(makeBundle(runtime.directory, waits, mapped));
    const { pid } = runtime.state(id);
    expect(namespaceOf(pid, "user")).not.toBe(namespaceOf("self", "user"));
    expect(numbers(procFile(pid, "uid_map"))).toEqual([0, hostId, 65536]);
    expect(numbers(procFile(pid, "gid_map"))).toEqual([0, hostId, 65536]);
    expect(numbers(procStatus(pid, "Uid")!)).toEqual([hostId, hostId, hostId, hostId]);
    expect(numbers(procStatus(pid, "Gid")!)).toEqual([hostId, hostId, hostId, hostId]);
  });
});

describe("a user namespace with mappings", () => {
  it("shows uid 0 inside, with the capabilities of the config", ({ runtime }) => {
    const seen = seeWith(runtime, ["user", "caps"], mapped);
    expect(seen.uid).toEqual(["0 0 0"]);
    expect(seen.gid).toEqual(["0 0 0"]);
    expect(seen.CapEff).toEqual(["0000000020000420"]);
  });

  it("maps other users and groups of the process", ({ runtime }) => {
    const bundle = makeBundle(runtime.directory, waits, (config, directory) => {
      mapped(config, directory);
      config.process.user = { uid: 1000, gid: 1001, additionalGids: [5] };
    });
    const { pid } = runtime.state(runtime.runDetached(bundle));
    expect(numbers(procStatus(pid, "Uid")!)[0]).toBe(hostId + 1000);
    expect(numbers(procStatus(pid, "Gid")!)[0]).toBe(hostId + 1001);
    expect(numbers(procStatus(pid, "Groups")!)).toContain(hostId + 5);
  });

  it("takes several mappings in one list", ({ runtime }) => {
    const bundle = makeBundle(runtime.directory, waits, (config, directory) => {
      mapped(config, directory);
      const second = { containerID: 70_000, hostID: 300_000, size: 10 };
      config.linux.uidMappings.push(second);
      config.linux.gidMappings.push(second);
    });
    const { pid } = runtime.state(runtime.create(bundle));
    expect(numbers(procFile(pid, "uid_map"))).toEqual([0, hostId, 65536, 70_000, 300_000, 10]);
  });

  it("owns the other namespaces: root inside may mount and set the hostname with the capability", ({
    runtime,
  }) => {
    const edit = (config: Config, bundle: string) => {
      mapped(config, bundle);
      for (const set of ["bounding", "effective", "permitted"])
        config.process.capabilities[set].push("CAP_SYS_ADMIN");
    };
    const script = "mount -t tmpfs none /tmp && hostname changed && hostname";
    expect(shOutput(runtime, script, edit)).toBe("changed");
  });

  it("has all the usual mounts and device nodes", ({ runtime }) => {
    const script =
      'stat -c "%n %F %t:%T" /dev/null /dev/zero /dev/full /dev/random /dev/urandom /dev/tty && /bin/probe mounts';
    const output = shOutput(runtime, script, mapped);
    expect(output.split("\n").slice(0, 6)).toEqual([
      "/dev/null character special file 1:3",
      "/dev/zero character special file 1:5",
      "/dev/full character special file 1:7",
      "/dev/random character special file 1:8",
      "/dev/urandom character special file 1:9",
      "/dev/tty character special file 5:0",
    ]);
    const targets = mountsOf(readProbe(output)).map(({ target }) => target);
    expect(targets).toEqual(
      expect.arrayContaining(["/proc", "/dev", "/dev/pts", "/dev/shm", "/dev/mqueue", "/sys"]),
    );
  });

  it("works with a terminal-less program that writes to its stdout by name", ({ runtime }) => {
    // A file of the host's root, opened again inside: the runtime hands the descriptors to the container's root.
    const through = ["sh", "-c", '"$@" | cat', "sh"];
    expect(shOutput(runtime, "echo hello >/dev/stdout", mapped, { through })).toBe("hello");
  });
});

/** Joins the user namespace of `pid`. CRI engines also send the mappings that it has. */
function joining(pid: number, withMappings: boolean, ...others: [type: string, name: string][]) {
  return (config: Config, bundle: string) => {
    if (withMappings) mapped(config, bundle);
    else chownTree(join(bundle, "rootfs"), hostId);
    const joined = [["user", "user"], ...others];
    const types = joined.map(([type]) => type);
    config.linux.namespaces = [
      ...config.linux.namespaces.filter(({ type }: { type: string }) => !types.includes(type)),
      ...joined.map(([type, name]) => ({ type, path: `/proc/${pid}/ns/${name}` })),
    ];
  };
}

describe("a user namespace with a path", () => {
  // runc 1.1.5 insists on mappings, also for a namespace that has them.
  for (const withMappings of isTsrunc ? [true, false] : [true]) {
    const title = withMappings ? "and its mappings repeated" : "alone";
    it(`${title} is joined`, ({ runtime }) => {
      const { pid } = runtime.state(runtime.runDetached(makeBundle(runtime.directory, waits, mapped)));
      const bundle = makeBundle(runtime.directory, waits, joining(pid, withMappings), "second");
      const second = runtime.state(runtime.create(bundle)).pid;
      expect(namespaceOf(second, "user")).toBe(namespaceOf(pid, "user"));
      expect(numbers(procStatus(second, "Uid")!)[0]).toBe(hostId);
    });

    it(`${title} can be joined together with the network namespace that it owns`, ({ runtime }) => {
      const { pid } = runtime.state(runtime.runDetached(makeBundle(runtime.directory, waits, mapped)));
      const edit = joining(pid, withMappings, ["network", "net"]);
      const second = runtime.create(makeBundle(runtime.directory, waits, edit, "second"));
      expect(namespaceOf(runtime.state(second).pid, "net")).toBe(namespaceOf(pid, "net"));
    });
  }
});
