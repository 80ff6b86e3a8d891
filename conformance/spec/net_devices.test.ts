/**
 * linux.netDevices. The runtime runs in a network namespace of the test's own; the host's devices are not
 * touched.
 */
import { spawn, spawnSync } from "node:child_process";
import { describe, expect } from "vitest";
import { type Config, makeBundle } from "../support/bundle.ts";
import { it as base } from "../support/fixture.ts";
import { isTsrunc, type Result, type Runtime } from "../support/runtime.ts";

/** A network namespace that lives as long as the test. */
interface Network {
  readonly enter: readonly string[];
  readonly ip: (...args: string[]) => string;
}

const it = base.extend<{ readonly network: Network }>({
  // biome-ignore lint/correctness/noEmptyPattern: vitest wants a pattern
  network: async ({}, use) => {
    const holder = spawn("unshare", ["--net", "sh", "-c", "echo; exec sleep 1000"], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    await new Promise((done) => holder.stdout.once("data", done));
    const enter = ["nsenter", "--target", `${holder.pid}`, "--net"];
    try {
      await use({ enter, ip: (...args) => call([...enter, "ip", ...args]) });
    } finally {
      holder.kill("SIGKILL");
    }
  },
});

function call(args: readonly string[]): string {
  const result = spawnSync(args[0]!, args.slice(1), { encoding: "utf8" });
  if (result.status !== 0) throw new Error(`${args.join(" ")}: ${result.stderr}`);
  return result.stdout;
}

/** A pair "dev0", "peer0"; the first is what goes into the container. */
function makePair(network: Network, name = "dev0", peer = "peer0"): void {
  network.ip("link", "add", name, "type", "veth", "peer", "name", peer);
}

function runWith(
  runtime: Runtime,
  network: Network,
  netDevices: unknown,
  script: string,
  edit: (config: Config) => void = () => undefined,
): Result {
  const bundle = makeBundle(runtime.directory, ["sh", "-c", script], (config) => {
    config.linux.netDevices = netDevices;
    edit(config);
  });
  return runtime.run(bundle, { through: network.enter });
}

const showAll = "ip -o link; ip -o addr";

// runc 1.1.5 is older than the member.
describe.skipIf(!isTsrunc)("netDevices", () => {
  it("moves a device, sets it up and keeps its attributes", ({ runtime, network }) => {
    makePair(network);
    network.ip("link", "set", "dev0", "mtu", "1234", "address", "02:00:00:00:00:77");
    const { status, stdout, stderr } = runWith(runtime, network, { dev0: {} }, "ip -o link show dev0");
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toMatch(/dev0@.*[<,]UP[,>].* mtu 1234 /);
    expect(stdout).toContain("02:00:00:00:00:77");
  });

  it("is gone from the runtime's namespace while the container is there", ({ runtime, network }) => {
    makePair(network);
    const bundle = makeBundle(runtime.directory, ["true"], (config) => {
      config.linux.netDevices = { dev0: {} };
    });
    const id = runtime.newId();
    runtime.ok(["create", "--bundle", bundle, id], { through: network.enter, silent: true });
    expect(network.ip("-o", "link")).not.toContain("dev0:");
    expect(network.ip("-o", "link")).toContain("peer0@");
  });

  it("renames it", ({ runtime, network }) => {
    makePair(network);
    const { stdout } = runWith(runtime, network, { dev0: { name: "inside" } }, showAll);
    expect(stdout).toContain("inside@");
    expect(stdout).not.toContain("dev0");
  });

  it("lets the kernel number it", ({ runtime, network }) => {
    makePair(network, "a0", "b0");
    makePair(network, "a1", "b1");
    const { status, stdout } = runWith(
      runtime,
      network,
      { a0: { name: "net%d" }, a1: { name: "net%d" } },
      "ip -o link",
    );
    expect(status).toBe(0);
    expect(stdout).toMatch(/net0@.*\n.*net1@.*/s);
    expect(stdout.match(/[<,]UP[,>]/g)?.length).toBe(3);
  });

  it("keeps permanent global addresses and no others", ({ runtime, network }) => {
    makePair(network);
    network.ip("addr", "add", "10.9.8.7/24", "broadcast", "10.9.8.255", "dev", "dev0");
    network.ip("addr", "add", "10.9.8.9/24", "dev", "dev0");
    network.ip("addr", "add", "10.0.0.1", "peer", "10.0.0.2/32", "dev", "dev0");
    network.ip("addr", "add", "2001:db8::7/64", "nodad", "dev", "dev0");
    network.ip("addr", "add", "10.5.5.5/24", "dev", "dev0", "valid_lft", "500", "preferred_lft", "500");
    network.ip("addr", "add", "10.6.6.6/24", "scope", "link", "dev", "dev0");
    network.ip("link", "set", "dev0", "up");
    const { status, stdout } = runWith(runtime, network, { dev0: { name: "eth0" } }, "ip addr show eth0");
    expect(status).toBe(0);
    expect(stdout).toMatch(/inet 10\.9\.8\.7\/24 brd 10\.9\.8\.255 scope global/);
    expect(stdout).toMatch(/inet 10\.9\.8\.9\/24 .*scope global secondary/);
    expect(stdout).toMatch(/inet 10\.0\.0\.1 peer 10\.0\.0\.2\/32 scope global/);
    expect(stdout).toMatch(/inet6 2001:db8::7\/64 scope global/);
    expect(stdout).not.toMatch(/10\.5\.5\.5|10\.6\.6\.6/);
  });

  it("moves a device into a namespace that is joined, and one whose index is taken", ({
    runtime,
    network,
  }) => {
    makePair(network);
    const target = spawn("unshare", ["--net", "sleep", "1000"]);
    try {
      call(["sleep", "0.2"]);
      const inTarget = ["nsenter", "--target", `${target.pid}`, "--net", "ip"];
      // The same indexes as on the other side.
      call([...inTarget, "link", "add", "x0", "type", "veth", "peer", "name", "x1"]);
      network.ip("addr", "add", "10.9.8.7/24", "dev", "dev0");
      const { status, stdout } = runWith(runtime, network, { dev0: {} }, showAll, (config) => {
        const found = config.linux.namespaces.find(({ type }: { type: string }) => type === "network");
        found.path = `/proc/${target.pid}/ns/net`;
      });
      expect(status).toBe(0);
      expect(stdout).toMatch(/dev0@.*[<,]UP[,>]/);
      expect(stdout).toContain("10.9.8.7/24");
    } finally {
      target.kill("SIGKILL");
    }
  });

  it("works with a user namespace", ({ runtime, network }) => {
    makePair(network);
    network.ip("addr", "add", "10.9.8.7/24", "dev", "dev0");
    const { status, stdout } = runWith(runtime, network, { dev0: {} }, showAll, (config) => {
      config.linux.namespaces.push({ type: "user" });
      config.linux.uidMappings = [{ containerID: 0, hostID: 100000, size: 65536 }];
      config.linux.gidMappings = config.linux.uidMappings;
      config.root.readonly = false;
    });
    expect(status).toBe(0);
    expect(stdout).toMatch(/dev0@.*[<,]UP[,>]/);
    expect(stdout).toContain("10.9.8.7/24");
  });

  it("gives everything back when create fails later", ({ runtime, network }) => {
    makePair(network);
    makePair(network, "dev1", "peer1");
    network.ip("link", "set", "dev0", "mtu", "1300", "up");
    network.ip("addr", "add", "10.9.8.7/24", "dev", "dev0");
    const devices = { dev0: { name: "other" }, dev1: {} };
    const { status, stderr } = runWith(runtime, network, devices, "", (config) => {
      config.process.args = ["/no/such/program"];
    });
    expect(status).toBe(1);
    expect(stderr).toContain("no/such/program");
    const link = network.ip("-o", "addr", "show", "dev0") + network.ip("-o", "link", "show", "dev0");
    expect(link).toContain("10.9.8.7/24");
    expect(link).toMatch(/mtu 1300/);
    expect(link).toMatch(/[<,]UP[,>]/);
    expect(network.ip("-o", "link", "show", "dev1")).not.toMatch(/[<,]UP[,>]/);
  });

  it("gives the first back when the second cannot be moved", ({ runtime, network }) => {
    makePair(network);
    const { status, stderr } = runWith(runtime, network, { dev0: {}, nodev: {} }, "true");
    expect(status).toBe(1);
    expect(stderr).toMatch(/there is no network device \\?"nodev/);
    expect(stderr).toContain("/linux/netDevices/nodev");
    expect(network.ip("-o", "link")).toContain("dev0@");
  });

  it("refuses a name that is taken, and a device that cannot be moved", ({ runtime, network }) => {
    makePair(network);
    const taken = runWith(runtime, network, { dev0: { name: "lo" } }, "true");
    expect(taken.status).toBe(1);
    expect(taken.stderr).toMatch(/has a device \\?"lo\\?" already/);
    const immovable = runWith(runtime, network, { lo: { name: "other" } }, "true");
    expect(immovable.status).toBe(1);
    expect(immovable.stderr).toMatch(/cannot move network device \\?"lo/);
    expect(network.ip("-o", "link")).toContain("dev0@");
  });

  it("needs a network namespace that is not the runtime's", ({ runtime, network }) => {
    makePair(network);
    const without = runWith(runtime, network, { dev0: {} }, "true", (config) => {
      config.linux.namespaces = config.linux.namespaces.filter(
        ({ type }: { type: string }) => type !== "network",
      );
    });
    expect(without.status).toBe(1);
    const same = runWith(runtime, network, { dev0: {} }, "true", (config) => {
      const pid = network.enter[2];
      const found = config.linux.namespaces.find(({ type }: { type: string }) => type === "network");
      found.path = `/proc/${pid}/ns/net`;
    });
    expect(same.status).toBe(1);
    expect(same.stderr).toContain("the runtime's own network namespace");
    expect(network.ip("-o", "link")).toContain("dev0@");
  });
});
