import { execFileSync } from "node:child_process";
import { symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect } from "vitest";
import { type Config, makeBundle } from "../support/bundle.ts";
import { it } from "../support/fixture.ts";
import { isTsrunc, type Runtime } from "../support/runtime.ts";
import { sh, shOutput } from "../support/shell.ts";

type Mount = { destination: string; type?: string; source?: string; options?: string[] };
type Edit = (config: Config, bundle: string) => void;

const add =
  (...mounts: Mount[]): Edit =>
  (config) => {
    config.mounts.push(...mounts);
  };

function hostFile(runtime: Runtime): string {
  const path = join(runtime.directory, "file");
  writeFileSync(path, "from the host\n");
  return path;
}

const tmpfs = (destination: string): Mount => ({ destination, type: "tmpfs", source: "tmpfs" });
const bind = (source: string, destination: string): Mount => ({ source, destination, options: ["bind"] });

/** The runtime refuses the mount, in words that name it, and the program has not run. */
function expectRefused(runtime: Runtime, edit: Edit): void {
  const { status, stdout, stderr } = sh(runtime, "echo started", edit);
  expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
  if (isTsrunc) expect(stderr).toMatch(/\(at \/mounts\/\d+|at=\/mounts\/\d+/);
}

describe("the files of /proc that a mount may cover", () => {
  it.for(["cpuinfo", "diskstats", "meminfo", "stat", "swaps", "uptime", "loadavg"])(
    "include %s",
    (name, { runtime }) => {
      const edit = add(bind(hostFile(runtime), `/proc/${name}`));
      expect(shOutput(runtime, `cat /proc/${name}`, edit)).toBe("from the host");
    },
  );

  it.for(["self/attr/current", "self/status", "sysrq-trigger", "sys/kernel/hostname", "1/cmdline", "mounts"])(
    "do not include %s",
    (name, { runtime }) => {
      expectRefused(runtime, add(bind(hostFile(runtime), `/proc/${name}`)));
    },
  );

  // runc looks at binds only.
  it.skipIf(!isTsrunc).for(["/proc/sys", "/proc/self", "/proc/bus"])(
    "are no directories: %s",
    (destination, { runtime }) => {
      expectRefused(runtime, add(tmpfs(destination)));
    },
  );

  it("are what the path leads to, not what it says", ({ runtime }) => {
    expectRefused(runtime, (config, bundle) => {
      symlinkSync("/proc/self/attr", join(bundle, "rootfs/innocent"));
      add(bind(hostFile(runtime), "/innocent/current"))(config, bundle);
    });
    if (!isTsrunc) return;
    expectRefused(runtime, (config, bundle) => {
      symlinkSync("/proc/sys", join(bundle, "rootfs/harmless"));
      add(tmpfs("/harmless"))(config, bundle);
    });
  });
});

describe("/proc itself", () => {
  it.for([["tmpfs", tmpfs("/proc")] as const, ["a bind", bind("/etc", "/proc")] as const])(
    "is not covered by %s",
    ([, mount], { runtime }) => {
      expectRefused(runtime, add(mount));
    },
  );

  it("is not covered by a part of a procfs", ({ runtime }) => {
    // runc only warns.
    if (isTsrunc) expectRefused(runtime, add(bind("/proc/self", "/proc")));
  });

  it.skipIf(!isTsrunc)(
    "is not covered through a symlink either, when there is no procfs yet",
    ({ runtime }) => {
      expectRefused(runtime, (config, bundle) => {
        symlinkSync("/proc", join(bundle, "rootfs/elsewhere"));
        config.mounts = [tmpfs("/elsewhere"), ...config.mounts.filter((each: Mount) => each.type !== "proc")];
        for (const name of ["maskedPaths", "readonlyPaths"]) delete config.linux[name];
      });
    },
  );

  it("may be a bind of a whole procfs", ({ runtime }) => {
    const edit = (config: Config) => {
      config.mounts[0] = { destination: "/proc", source: "/proc", options: ["rbind"] };
      config.linux.namespaces = config.linux.namespaces.filter(({ type }: Config) => type !== "pid");
    };
    expect(shOutput(runtime, "stat -f -c %T /proc; cat /proc/1/comm", edit)).toMatch(/^proc\n./);
  });

  it("may be covered by another procfs", ({ runtime }) => {
    expect(
      shOutput(
        runtime,
        "grep -c ' /proc ' /proc/self/mountinfo",
        add({ destination: "/proc", type: "proc" }),
      ),
    ).toBe("2");
  });
});

describe("the root", () => {
  it.for(["/", "//", "/.", "/tmp/.."])("is no destination as %s", (destination, { runtime }) => {
    expectRefused(runtime, add(tmpfs(destination)));
  });

  it("is no destination through a symlink", ({ runtime }) => {
    expectRefused(runtime, (config, bundle) => {
      symlinkSync("/", join(bundle, "rootfs/top"));
      add(tmpfs("/top"))(config, bundle);
    });
  });
});

describe("the source of a bind", () => {
  it("may be a fifo or a socket", ({ runtime }) => {
    const fifo = join(runtime.directory, "fifo");
    const socket = join(runtime.directory, "socket");
    execFileSync("mkfifo", [fifo]);
    execFileSync("python3", [
      "-c",
      `import socket; socket.socket(socket.AF_UNIX).bind(${JSON.stringify(socket)})`,
    ]);
    const edit = add(bind(fifo, "/tmp/fifo"), bind(socket, "/tmp/socket"));
    expect(
      shOutput(runtime, "stat -c %F /tmp/fifo /tmp/socket", (config, bundle) => {
        add(tmpfs("/tmp"))(config, bundle);
        edit(config, bundle);
      }),
    ).toBe("fifo\nsocket");
  });

  it("that is missing is an error that names it and its place in the config", ({ runtime }) => {
    const { status, stderr } = sh(runtime, "true", add(bind("/not/there", "/tmp")));
    expect(status).toBe(1);
    expect(stderr).toMatch(/\/not\/there.*[Nn]o such file|[Nn]o such file.*\/not\/there/i);
    if (isTsrunc) expect(stderr).toContain("/mounts/7");
  });

  it("that is a directory does not go on a file, nor a file on a directory", ({ runtime }) => {
    expectRefused(runtime, add(bind(runtime.directory, "/etc/passwd")));
    expectRefused(runtime, add(bind(hostFile(runtime), "/etc")));
  });

  // runc drops them without a word until 1.2.
  it.skipIf(!isTsrunc)("takes no options of a file system", ({ runtime }) => {
    const bundle = makeBundle(
      runtime.directory,
      ["true"],
      add({ ...bind("/etc", "/tmp"), options: ["bind", "size=1k"] }),
    );
    const { status, stderr } = runtime.run(bundle);
    expect(status).toBe(1);
    expect(stderr).toMatch(/bind mounts take no options of a file system: size=1k/);
  });
});
