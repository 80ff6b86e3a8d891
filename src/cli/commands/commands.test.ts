import { beforeEach, describe, expect, it, vi } from "vitest";
import type { CommandContext } from "../command_context.ts";
import { commandLoaders } from "../commands.ts";
import { parseArgs } from "../parse_args.ts";

// What the commands ask of the lifecycle is all there is to them: the fakes record it.
const lifecycle = vi.hoisted(() => {
  const mocks: Record<string, ReturnType<typeof vi.fn>> = {};
  return (name: string) => {
    mocks[name] ??= vi.fn();
    return mocks[name];
  };
});

vi.mock("../../lifecycle/create.ts", () => ({ createContainer: lifecycle("create") }));
vi.mock("../../lifecycle/run.ts", () => ({ runContainer: lifecycle("run") }));
vi.mock("../../lifecycle/start.ts", () => ({ startContainer: lifecycle("start") }));
vi.mock("../../lifecycle/kill.ts", () => ({ killContainer: lifecycle("kill") }));
vi.mock("../../lifecycle/delete.ts", () => ({ deleteContainer: lifecycle("delete") }));
vi.mock("../../lifecycle/state.ts", () => ({ readState: lifecycle("state") }));
vi.mock("../../lifecycle/list.ts", () => ({ listContainers: lifecycle("list") }));
vi.mock("../../lifecycle/write_spec.ts", () => ({ writeSpec: lifecycle("spec") }));
vi.mock("../../lifecycle/inspect_bundle.ts", () => ({
  planBundle: lifecycle("plan"),
  validateBundle: lifecycle("validate"),
}));

vi.mock("../../lifecycle/update.ts", () => ({ updateContainer: lifecycle("update") }));
vi.mock("../../lifecycle/events.ts", () => ({
  followEvents: lifecycle("follow"),
  readStats: lifecycle("stats"),
}));

const log = { debug: vi.fn(), warning: vi.fn() };

async function runCommand(
  argv: string,
  missing: readonly string[] = [],
): Promise<{ status: number; stdout: string }> {
  const parsed = parseArgs(argv.split(" "));
  if (parsed.kind !== "command") throw new Error(JSON.stringify(parsed));
  let stdout = "";
  const context: CommandContext = {
    globals: parsed.globals,
    root: "/run/tsrunc",
    log,
    env: {},
    cwd: () => "/work",
    passwd: () => "root:x:0:0::/:/bin/sh\n",
    exists: (path) => !missing.includes(path),
    stdout: (text) => {
      stdout += text;
    },
    stderr: () => {},
  };
  const module = await commandLoaders[parsed.command]();
  return { status: module.run(context, parsed.options as never, parsed.positionals), stdout };
}

const container = {
  ociVersion: "1.3.0",
  id: "c1",
  pid: 42,
  status: "running",
  bundle: "/b",
  rootfs: "/b/rootfs",
  created: "2026-01-02T03:04:05Z",
  owner: "",
};

beforeEach(() => {
  for (const name of Object.keys(commandLoaders)) lifecycle(name).mockReset();
});

describe("create", () => {
  it("makes paths absolute against the working directory and prints nothing", async () => {
    const options =
      "--pid-file p --console-socket ../s --pidfd-socket /x --preserve-fds 2 --no-pivot --no-new-keyring";
    expect(await runCommand(`--systemd-cgroup create ${options} c1`)).toEqual({ status: 0, stdout: "" });
    expect(lifecycle("create")).toHaveBeenCalledWith({
      id: "c1",
      bundle: "/work",
      root: "/run/tsrunc",
      pidFile: "/work/p",
      consoleSocket: "/s",
      pidfdSocket: "/x",
      noPivot: true,
      noNewKeyring: true,
      preserveFds: 2,
      env: {},
      systemdCgroup: true,
      rootless: "auto",
      log,
    });
  });

  it("refuses a negative number of file descriptors", async () => {
    await expect(runCommand("create --preserve-fds=-1 c1")).rejects.toThrow(
      "--preserve-fds must not be negative",
    );
  });
});

describe("run", () => {
  it("returns the status of the container", async () => {
    lifecycle("run").mockReturnValue(137);
    expect(await runCommand("--rootless=true run -d --keep --no-subreaper -b b c1")).toEqual({
      status: 137,
      stdout: "",
    });
    expect(lifecycle("run").mock.calls[0]?.[0]).toMatchObject({
      id: "c1",
      bundle: "/work/b",
      detach: true,
      keep: true,
      noSubreaper: true,
      rootless: true,
    });
  });
});

describe("start", () => {
  it("starts the container", async () => {
    expect(await runCommand("start c1")).toEqual({ status: 0, stdout: "" });
    expect(lifecycle("start")).toHaveBeenCalledWith({ id: "c1", root: "/run/tsrunc" });
  });
});

describe("kill", () => {
  it.each([
    ["kill c1", 15, false],
    ["kill c1 KILL", 9, false],
    ["kill --all c1 0", 0, true],
  ])("'%s' sends signal %i", async (argv, signal, all) => {
    await runCommand(argv);
    expect(lifecycle("kill")).toHaveBeenCalledWith({ id: "c1", root: "/run/tsrunc", signal, all });
  });

  it("refuses an unknown signal", async () => {
    await expect(runCommand("kill c1 FOO")).rejects.toThrow('unknown signal "FOO"');
  });
});

describe("delete", () => {
  it("passes --force on", async () => {
    await runCommand("delete -f c1");
    expect(lifecycle("delete")).toHaveBeenCalledWith({ id: "c1", root: "/run/tsrunc", force: true, log });
  });
});

describe("state", () => {
  it("prints the state and nothing else", async () => {
    lifecycle("state").mockReturnValue(container);
    const { stdout } = await runCommand("state c1");
    expect(JSON.parse(stdout)).toEqual(container);
  });
});

describe("list", () => {
  it("names the owners", async () => {
    lifecycle("list").mockReturnValue([
      { ...container, ownerUid: 0 },
      { ...container, id: "c2", ownerUid: 7 },
    ]);
    const { stdout } = await runCommand("list --format=json");
    expect(JSON.parse(stdout)).toEqual([
      { ...container, owner: "root" },
      { ...container, id: "c2", owner: "#7" },
    ]);
    expect((await runCommand("list")).stdout).toMatch(/^ID .*\nc1 .*root\nc2 .*#7\n$/);
    expect((await runCommand("list -q -f json")).stdout).toBe("c1\nc2\n");
  });

  it("is empty while the default root does not exist, but fails for a missing root that was given", async () => {
    lifecycle("list").mockReturnValue([]);
    expect((await runCommand("list -f json", ["/run/tsrunc"])).stdout).toBe("null\n");
    await expect(runCommand("--root /run/tsrunc list", ["/run/tsrunc"])).rejects.toThrow(
      "no such file or directory",
    );
  });

  it("warns about a container that it cannot read", async () => {
    lifecycle("list").mockImplementation(({ onUnreadable }) => {
      onUnreadable("c9", new Error("broken"));
      return [];
    });
    await runCommand("list");
    expect(log.warning).toHaveBeenCalledWith("cannot list container c9: broken");
  });
});

describe("spec", () => {
  it("writes into the bundle", async () => {
    await runCommand("spec --rootless -b b");
    expect(lifecycle("spec")).toHaveBeenCalledWith({ bundle: "/work/b", rootless: true });
  });
});

describe("plan", () => {
  it("prints text, or JSON when asked", async () => {
    lifecycle("plan").mockReturnValue({ text: "mount proc\n", json: { ops: [] } });
    expect((await runCommand("plan -b /b")).stdout).toBe("mount proc\n");
    expect(JSON.parse((await runCommand("plan -b /b --format json")).stdout)).toEqual({ ops: [] });
  });
});

describe("validate", () => {
  const warning = { level: "warning", at: "/hooks", message: "odd" };

  it("returns 0 when nothing is wrong, warnings included", async () => {
    lifecycle("validate").mockReturnValue([warning]);
    expect(await runCommand("validate")).toEqual({ status: 0, stdout: "warning: config.json#/hooks: odd\n" });
  });

  it("returns 1 when there is an error", async () => {
    lifecycle("validate").mockReturnValue([{ ...warning, level: "error" }]);
    const { status, stdout } = await runCommand("validate -f json");
    expect([status, JSON.parse(stdout)]).toEqual([1, [{ ...warning, level: "error" }]]);
  });
});

describe("update", () => {
  it("turns flags into resources, and pointers back into flags", async () => {
    await runCommand("update --memory 1k --l3-cache-schema L3:0=f c1");
    const request = lifecycle("update").mock.lastCall![0];
    expect(request).toMatchObject({
      id: "c1",
      root: "/run/tsrunc",
      resourcesFile: undefined,
      resources: { memory: { limit: 1024 } },
      l3CacheSchema: "L3:0=f",
      memBwSchema: undefined,
    });
    expect(request.placeOf("/memory/limit")).toBe("--memory");
  });

  it.each([
    ["-r r.json", "/work/r.json"],
    ["--resources=-", "-"],
  ])("with %s takes nothing from the other flags", async (flags, resourcesFile) => {
    await runCommand(`update ${flags} --memory nonsense c1`);
    const request = lifecycle("update").mock.lastCall![0];
    expect(request).toMatchObject({ resourcesFile, resources: {} });
    expect(request.placeOf("/memory/limit")).toBe("/memory/limit");
  });
});

describe("events", () => {
  it("follows one container", async () => {
    lifecycle("follow").mockImplementation(({ emit }) => emit({ type: "oom", id: "c1" }));
    expect((await runCommand("events --interval 1m30s c1")).stdout).toBe('{"type":"oom","id":"c1"}\n');
    expect(lifecycle("follow").mock.lastCall![0]).toMatchObject({ id: "c1", intervalMs: 90_000 });
  });

  it("takes several containers, and a table, only with --stats", async () => {
    lifecycle("stats").mockReturnValue([{ type: "oom", id: "c1" }]);
    expect((await runCommand("events --stats c1 c2")).stdout).toBe('{"type":"oom","id":"c1"}\n');
    expect(lifecycle("stats")).toHaveBeenCalledWith("/run/tsrunc", ["c1", "c2"]);
    await expect(runCommand("events c1 c2")).rejects.toThrow('"events" requires exactly 1 argument');
    await expect(runCommand("events --format table c1")).rejects.toThrow("cannot be a table");
  });
});
