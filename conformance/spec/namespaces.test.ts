import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect } from "vitest";
import { type Config, makeBundle } from "../support/bundle.ts";
import { it } from "../support/fixture.ts";
import { seeWith } from "../support/probe.ts";
import { namespaceOf } from "../support/proc.ts";
import type { Runtime } from "../support/runtime.ts";
import { shOutput, waits } from "../support/shell.ts";

/** Types as the config names them, with the names of /proc/PID/ns. */
const types = { pid: "pid", network: "net", ipc: "ipc", uts: "uts", mount: "mnt", cgroup: "cgroup" } as const;
type Type = keyof typeof types;
const names = Object.entries(types) as [Type, string][];

function without(type: Type) {
  return (config: Config) => {
    config.linux.namespaces = config.linux.namespaces.filter((each: { type: Type }) => each.type !== type);
    if (type === "uts") delete config.hostname;
    if (type === "mount") {
      for (const name of ["maskedPaths", "readonlyPaths"]) delete config.linux[name];
    }
  };
}

const joining = (type: Type, path: string) => (config: Config) => {
  without(type)(config);
  config.linux.namespaces.push({ type, path });
};

/** A process of ours in new namespaces of every type but mount. */
async function holdNamespaces(): Promise<{ pid: number; end(): void }> {
  const flags = ["--net", "--ipc", "--uts", "--cgroup"];
  const child = spawn("unshare", [...flags, "sh", "-c", "hostname held; echo; exec sleep 1000"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(child.stdout!, "data");
  return { pid: child.pid!, end: () => child.kill("SIGKILL") };
}

function namespaceOfContainer(runtime: Runtime, name: string, edit?: (config: Config) => unknown): string {
  const bundle = makeBundle(runtime.directory, waits, edit);
  return namespaceOf(runtime.state(runtime.create(bundle)).pid, name);
}

describe("a namespace without a path", () => {
  it("is new for every type", ({ runtime }) => {
    const id = runtime.create(makeBundle(runtime.directory, waits));
    const { pid } = runtime.state(id);
    for (const [, name] of names)
      expect([name, namespaceOf(pid, name)]).not.toEqual([name, namespaceOf("self", name)]);
  });

  it("is not shared with another container", ({ runtime }) => {
    const bundle = makeBundle(runtime.directory, waits);
    const [first, second] = [runtime.create(bundle), runtime.create(bundle)].map(
      (id) => runtime.state(id).pid,
    );
    for (const [, name] of names) expect(namespaceOf(first!, name)).not.toBe(namespaceOf(second!, name));
  });

  it("pid: the program is process 1 and sees no process of the host", ({ runtime }) => {
    expect(shOutput(runtime, "echo $$ /proc/[0-9]*")).toBe("1 /proc/1");
  });

  it("network: there is one interface, lo, and it is up", ({ runtime }) => {
    expect(shOutput(runtime, "ls /sys/class/net; ip link show lo | head -n 1")).toMatch(
      /^lo\n.*<LOOPBACK,UP,LOWER_UP>/,
    );
  });

  it("uts: the container has the hostname of the config, and the host keeps its own", ({ runtime }) => {
    const before = shOutput(runtime, "hostname", without("uts"));
    const seen = seeWith(runtime, ["host"], (config) => {
      config.hostname = "inside.example";
    });
    expect(seen.hostname).toEqual(["inside.example"]);
    expect(shOutput(runtime, "hostname", without("uts"))).toBe(before);
  });

  it("ipc: the container sees no message queue or shared memory of the host", ({ runtime }) => {
    expect(shOutput(runtime, "ls -A /dev/mqueue; tail -n +2 /proc/sysvipc/shm")).toBe("");
  });

  it("cgroup: the container's cgroup is the root of what it sees", ({ runtime }) => {
    const { cgroup = [] } = seeWith(runtime, ["cgroup"]);
    expect(cgroup.length).toBeGreaterThan(0);
    for (const line of cgroup) expect(line).toMatch(/:\/$/);
  });
});

describe("a namespace that is not in the config", () => {
  it.for(names.filter(([type]) => type !== "mount"))(
    "of type %s is the runtime's own",
    ([type, name], { runtime }) => {
      expect(namespaceOfContainer(runtime, name, without(type))).toBe(namespaceOf("self", name));
    },
  );
});

describe("a namespace with a path", () => {
  it.for(names.filter(([type]) => !["mount", "pid"].includes(type)))(
    "of type %s is joined",
    async ([type, name], { runtime }) => {
      const holder = await holdNamespaces();
      try {
        const edit = joining(type, `/proc/${holder.pid}/ns/${name}`);
        expect(namespaceOfContainer(runtime, name, edit)).toBe(namespaceOf(holder.pid, name));
      } finally {
        holder.end();
      }
    },
  );

  it("can be another container's, as for the containers of a pod", ({ runtime }) => {
    const pod = runtime.create(makeBundle(runtime.directory, waits));
    const { pid } = runtime.state(pod);
    const bundle = makeBundle(
      runtime.directory,
      ["sh", "-c", "hostname; echo $$"],
      (config) => {
        for (const type of ["network", "ipc", "uts"] as const)
          joining(type, `/proc/${pid}/ns/${types[type]}`)(config);
        delete config.hostname;
      },
      "second",
    );
    expect(runtime.run(bundle).stdout).toBe("tsrunc-test\n1\n");
  });

  it("of type pid makes the program a process of that namespace", ({ runtime }) => {
    const first = runtime.runDetached(makeBundle(runtime.directory, waits));
    const { pid } = runtime.state(first);
    const bundle = makeBundle(
      runtime.directory,
      ["sh", "-c", "test $$ -gt 1 && tr '\\0' ' ' </proc/1/cmdline"],
      joining("pid", `/proc/${pid}/ns/pid`),
      "second",
    );
    expect(runtime.run(bundle)).toEqual({ status: 0, stdout: `${waits.join(" ")} `, stderr: "" });
  });

  it("keeps a hostname that the config does not set", async ({ runtime }) => {
    const holder = await holdNamespaces();
    try {
      const edit = (config: Config) => {
        joining("uts", `/proc/${holder.pid}/ns/uts`)(config);
        delete config.hostname;
      };
      expect(shOutput(runtime, "hostname", edit)).toBe("held");
    } finally {
      holder.end();
    }
  });

  it("does not change the network it joins", async ({ runtime }) => {
    const holder = await holdNamespaces();
    try {
      const edit = joining("network", `/proc/${holder.pid}/ns/net`);
      // lo of a network that somebody else made stays down.
      expect(shOutput(runtime, "ip link show lo | head -n 1", edit)).not.toContain("UP");
    } finally {
      holder.end();
    }
  });
});

describe("the host after a container", () => {
  it("is in the namespaces in which it was", ({ runtime }) => {
    const before = names.map(([, name]) => namespaceOf("self", name));
    runtime.run(makeBundle(runtime.directory, ["true"]));
    expect(names.map(([, name]) => namespaceOf("self", name))).toEqual(before);
  });
});
