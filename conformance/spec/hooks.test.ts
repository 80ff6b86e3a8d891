import { describe, expect } from "vitest";
import { makeBundle } from "../support/bundle.ts";
import { it } from "../support/fixture.ts";
import { HookScripts, hookNames } from "../support/hooks.ts";
import { namespaceOf } from "../support/proc.ts";
import { isTsrunc, type Runtime } from "../support/runtime.ts";

const programWrites = ["sh", "-c", "echo program >>$D/order; sleep 100; :"];

/** create, start, kill, delete; `between` is called after each. */
async function live(runtime: Runtime, bundle: string, between: (step: string) => void = () => undefined) {
  const id = runtime.create(bundle);
  between("create");
  const { pid } = runtime.state(id);
  runtime.ok(["start", id]);
  between("start");
  runtime.ok(["kill", id, "KILL"]);
  await runtime.waitUntilStopped(id);
  runtime.ok(["delete", id]);
  between("delete");
  return { id, pid };
}

/** A hook of each kind that runs `script` with $N as its name. */
function everyHook(runtime: Runtime, script: string): HookScripts {
  const hooks = new HookScripts(runtime);
  for (const name of hookNames) hooks.add(name, `N=${name}; ${script}`);
  return hooks;
}

/** poststart belongs to start; runc 1.1.5 runs it at the end of create. */
const atCreate = ["prestart", "createRuntime", "createContainer", ...(isTsrunc ? [] : ["poststart"])];

describe("hooks", () => {
  it("run in the order of the lifecycle, each kind at its moment", async ({ runtime }) => {
    const hooks = everyHook(runtime, "echo $N >>$D/order");
    const seen: string[][] = [];
    await live(runtime, makeBundle(runtime.directory, ["sleep", "100"], hooks.edit), () => {
      seen.push(hooks.read("order").trim().split("\n").slice(seen.flat().length));
    });
    expect(seen).toEqual([
      atCreate,
      isTsrunc ? ["startContainer", "poststart"] : ["startContainer"],
      ["poststop"],
    ]);
  });

  it("of one kind run in the order of the list", async ({ runtime }) => {
    const hooks = new HookScripts(runtime);
    for (const name of hookNames) {
      for (const number of [1, 2, 3]) hooks.add(name, `echo ${number} >>$D/${name}`);
    }
    await live(runtime, makeBundle(runtime.directory, ["sleep", "100"], hooks.edit));
    for (const name of hookNames) expect([name, hooks.read(name)]).toEqual([name, "1\n2\n3\n"]);
  });

  it("startContainer runs before the program", async ({ runtime }) => {
    const hooks = new HookScripts(runtime).add("startContainer", "sleep 0.1; echo hook >>$D/order");
    const id = runtime.runDetached(makeBundle(runtime.directory, programWrites, hooks.edit));
    await expect.poll(() => hooks.read("order")).toBe("hook\nprogram\n");
    expect(runtime.state(id).status).toBe("running");
  });

  it("run in the namespaces that the specification gives them", async ({ runtime }) => {
    const hooks = everyHook(
      runtime,
      "readlink /proc/self/ns/mnt >$D/mnt.$N; readlink /proc/self/ns/net >$D/net.$N",
    );
    // The hook of startContainer needs readlink and sh of the container, which are there.
    await live(runtime, makeBundle(runtime.directory, ["sleep", "100"], hooks.edit), (step) => {
      if (step !== "start") return;
      for (const name of ["createContainer", "startContainer"]) {
        expect(hooks.read(`mnt.${name}`)).not.toBe(`${namespaceOf("self", "mnt")}\n`);
        expect(hooks.read(`net.${name}`)).not.toBe(`${namespaceOf("self", "net")}\n`);
      }
      expect(hooks.read("mnt.createContainer")).toBe(hooks.read("mnt.startContainer"));
    });
    for (const name of ["prestart", "createRuntime", "poststart", "poststop"]) {
      expect([name, hooks.read(`mnt.${name}`)]).toEqual([name, `${namespaceOf("self", "mnt")}\n`]);
    }
  });

  it("find the paths of the host before pivot_root, and those of the container after it", async ({
    runtime,
  }) => {
    const hooks = everyHook(
      runtime,
      "test -e $D/../bundle/config.json && echo host >$D/$N || echo container >$D/$N",
    );
    await live(runtime, makeBundle(runtime.directory, ["sleep", "100"], hooks.edit));
    expect(hookNames.map((name) => hooks.read(name).trim())).toEqual([
      "host",
      "host",
      "host",
      "container",
      "host",
      "host",
    ]);
  });

  it("get the state of the container on stdin", async ({ runtime }) => {
    const hooks = everyHook(runtime, "cat >$D/state.$N");
    const bundle = makeBundle(runtime.directory, ["sleep", "100"], (config) => {
      hooks.edit(config);
      config.annotations = { "org.example": "kept" };
    });
    const { id, pid } = await live(runtime, bundle);
    const state = (name: string) => JSON.parse(hooks.read(`state.${name}`));
    for (const name of hookNames) {
      expect(state(name)).toMatchObject({ id, bundle, annotations: { "org.example": "kept" } });
      expect(state(name).ociVersion).toMatch(/^1\.\d+\.\d+/);
    }
    // The specification can be read either way while create is not finished; peers differ.
    for (const name of atCreate) expect(state(name).status).toMatch(/^creat(ing|ed)$/);
    expect(state("startContainer").status).toBe("created");
    expect(state("poststop").status).toBe("stopped");
    if (isTsrunc) expect(state("poststart").status).toBe("running");
    for (const name of ["prestart", "createRuntime", "poststart"]) expect(state(name).pid).toBe(pid);
    // In the container's pid namespace the same process is the first.
    for (const name of ["createContainer", "startContainer"]) expect(state(name).pid).toBe(1);
    expect(state("poststop").pid ?? 0).toBe(0);
  });

  it("of createRuntime find the namespaces, the mounts and the cgroup of the container made", ({
    runtime,
  }) => {
    const script = [
      "pid=$(sed 's/.*\"pid\": *\\([0-9]*\\).*/\\1/')",
      "readlink /proc/$pid/ns/net >$D/net",
      "cat /proc/$pid/mountinfo >$D/mounts",
      "cat /proc/$pid/cgroup >$D/cgroup",
    ].join("; ");
    const hooks = new HookScripts(runtime).add("createRuntime", script);
    const id = runtime.create(makeBundle(runtime.directory, ["sleep", "100"], hooks.edit));
    expect(hooks.read("net")).toBe(`${namespaceOf(runtime.state(id).pid, "net")}\n`);
    expect(hooks.read("mounts")).toContain(`${runtime.directory}/bundle/rootfs/dev/mqueue `);
    expect(hooks.read("cgroup")).toContain(id);
  });
});

describe("the process of a hook", () => {
  it("has the arguments of the config, the first as its name", ({ runtime }) => {
    const hooks = new HookScripts(runtime);
    const script = `tr '\\0' '|' </proc/$$/cmdline >$D/args; :`;
    hooks.add("createRuntime", "", { args: ["renamed", "-c", script, "a b", ""] });
    runtime.create(makeBundle(runtime.directory, ["true"], hooks.edit));
    expect(hooks.read("args")).toBe(`renamed|-c|${script}|a b||`);
  });

  it("has the environment of the config and nothing else", ({ runtime }) => {
    const hooks = new HookScripts(runtime);
    const env = ["A=1", "B=", `D=${hooks.directory}`];
    hooks.add("createRuntime", `tr '\\0' '\\n' </proc/$$/environ >${hooks.directory}/env; :`, { env });
    runtime.create(makeBundle(runtime.directory, ["true"], hooks.edit));
    expect(hooks.read("env").trim().split("\n")).toEqual(env);
  });

  it("has the runtime's environment when the config has none", ({ runtime }) => {
    const hooks = new HookScripts(runtime);
    hooks.add("createRuntime", `echo "$TSRUNC_TEST_VARIABLE" >${hooks.directory}/env`, { env: undefined });
    const bundle = makeBundle(runtime.directory, ["true"], hooks.edit);
    const env = { ...process.env, TSRUNC_TEST_VARIABLE: "from the caller" } as Record<string, string>;
    runtime.ok(["create", "--bundle", bundle, runtime.newId()], { silent: true, env });
    expect(hooks.read("env")).toBe("from the caller\n");
  });

  it("starts in the bundle", ({ runtime }) => {
    const hooks = new HookScripts(runtime)
      .add("createRuntime", "pwd >$D/cwd")
      .add("prestart", "pwd >$D/cwd2");
    const bundle = makeBundle(runtime.directory, ["true"], hooks.edit);
    runtime.ok(["create", "--bundle", bundle, runtime.newId()], { silent: true, cwd: "/" });
    expect([hooks.read("cwd"), hooks.read("cwd2")]).toEqual([`${bundle}\n`, `${bundle}\n`]);
  });

  it("may write much and read nothing", ({ runtime }) => {
    const hooks = new HookScripts(runtime).add("createRuntime", "exec <&-; seq 1 200000; seq 1 200000 >&2");
    runtime.create(makeBundle(runtime.directory, ["true"], hooks.edit));
  });

  it("prints nothing into the output of the runtime or the container when it succeeds", ({ runtime }) => {
    const hooks = everyHook(runtime, "echo noise; echo noise >&2");
    const result = runtime.run(makeBundle(runtime.directory, ["echo", "program"], hooks.edit));
    expect(result).toEqual({ status: 0, stdout: "program\n", stderr: "" });
  });

  it("inherits no descriptor of the runtime", ({ runtime }) => {
    const hooks = new HookScripts(runtime).add("createRuntime", "ls /proc/$$/fd >$D/fds");
    runtime.create(makeBundle(runtime.directory, ["true"], hooks.edit));
    // 10 and more are the shell's own.
    expect(
      hooks
        .read("fds")
        .trim()
        .split("\n")
        .filter((fd) => Number(fd) < 10),
    ).toEqual(["0", "1", "2"]);
  });
});
