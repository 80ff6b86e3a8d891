/** SCMP_ACT_NOTIFY: a process outside answers for the kernel. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect } from "vitest";
import { makeBundle } from "../support/bundle.ts";
import { it } from "../support/fixture.ts";
import { readLog } from "../support/log_file.ts";
import { readProbe } from "../support/probe.ts";
import { isTsrunc } from "../support/runtime.ts";
import { SeccompAgent } from "../support/seccomp_agent.ts";
import {
  asUserWithPrivileges,
  type Edit,
  nothing,
  number,
  onePriorityRule,
  SCHED_FIFO,
  seeCall,
  untouched,
  withPrivileges,
} from "../support/seccomp_call.ts";

describe("SCMP_ACT_NOTIFY", () => {
  it.for([
    ["with noNewPrivileges", nothing],
    ["without", withPrivileges],
    ["for a user without noNewPrivileges", asUserWithPrivileges],
  ] as const)("asks the process behind listenerPath, %s", async ([, edit], { runtime }) => {
    const path = join(runtime.directory, "agent.sock");
    await using agent = await SeccompAgent.listen(path, "4242");
    const bundle = makeBundle(
      runtime.directory,
      ["/bin/probe", "syscall", `${number.priorityMax}`, "1"],
      (config) => {
        config.linux.seccomp = onePriorityRule(
          { action: "SCMP_ACT_NOTIFY" },
          { listenerPath: path, listenerMetadata: "some data" },
        );
        config.annotations = { "org.example": "value" };
        edit(config);
      },
    );
    const id = runtime.newId();
    const output = join(runtime.directory, "output");
    runtime.ok(["create", "--bundle", bundle, id], { outputFile: output });

    expect(await agent.line("fds:")).toBe("1");
    expect(await agent.line("link:")).toBe("anon_inode:seccomp notify");
    const { pid, ociVersion } = runtime.state(id);
    const state = {
      ociVersion,
      id,
      status: "creating",
      pid,
      bundle,
      annotations: { "org.example": "value" },
    };
    expect(JSON.parse(await agent.line("message:"))).toEqual({
      ociVersion,
      fds: ["seccompFd"],
      pid,
      metadata: "some data",
      state,
    });
    expect(await agent.line("end:")).toBe("0");

    runtime.ok(["start", id]);
    expect(await agent.line("notified:")).toBe(`${number.priorityMax}`);
    await runtime.waitUntilStopped(id);
    expect(readFileSync(output, "utf8")).toContain("result: 4242");
  });

  it("leaves the program the standard descriptors alone", async ({ runtime }) => {
    const path = join(runtime.directory, "agent.sock");
    await using agent = await SeccompAgent.listen(path, "continue");
    const edit: Edit = (config) => {
      config.linux.seccomp = onePriorityRule({ action: "SCMP_ACT_NOTIFY" }, { listenerPath: path });
    };
    const bundle = makeBundle(runtime.directory, ["/bin/probe", "fds"], edit);
    const seen = readProbe(runtime.run(bundle).stdout);
    expect(await agent.line("fds:")).toBe("1");
    expect(seen.fd?.map((line) => line.split(" ")[0])).toEqual(["0", "1", "2"]);
  });

  // Init sends the descriptor from where the filter does not reach; runc would wait for itself.
  it.runIf(isTsrunc)("may be asked for the calls of the runtime itself", async ({ runtime }) => {
    const path = join(runtime.directory, "agent.sock");
    await using agent = await SeccompAgent.listen(path, "continue");
    const names = ["sendmsg", "recvfrom", "accept4", "prctl", "wait4", "close", "execve", "capset"];
    const seccomp = {
      defaultAction: "SCMP_ACT_ALLOW",
      listenerPath: path,
      syscalls: [{ names, action: "SCMP_ACT_NOTIFY" }],
    };
    expect(seeCall(runtime, seccomp, [number.priorityMax, SCHED_FIFO], withPrivileges)).toEqual(untouched);
    expect(await agent.line("fds:")).toBe("1");
  });

  it("needs somebody who listens, else create fails and leaves nothing", ({ runtime }) => {
    const log = join(runtime.directory, "log");
    const bundle = makeBundle(runtime.directory, ["true"], (config) => {
      const listenerPath = join(runtime.directory, "nobody.sock");
      config.linux.seccomp = onePriorityRule({ action: "SCMP_ACT_NOTIFY" }, { listenerPath });
    });
    const args = ["--log", log, "--log-format", "json", "create", "--bundle", bundle, runtime.newId()];
    expect(runtime.call(args, { silent: true }).status).not.toBe(0);
    if (isTsrunc) expect(readLog(log).at(-1)?.at).toBe("/linux/seccomp/listenerPath");
    expect(readdirSync(runtime.root).filter((name) => !name.startsWith("."))).toEqual([]);
  });
});
