/** linux.seccomp, seen from inside: a static program makes one system call and prints what came of it. */
import { spawnSync } from "node:child_process";
import { readdirSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect } from "vitest";
import { type Config, makeBundle } from "../support/bundle.ts";
import { it } from "../support/fixture.ts";
import { readLog } from "../support/log_file.ts";
import { isTsrunc } from "../support/runtime.ts";
import {
  asUser,
  asUserWithPrivileges,
  callIn,
  type Edit,
  newSyscall,
  nothing,
  number,
  onePriorityRule,
  SCHED_FIFO,
  SIGSYS_STATUS,
  seeCall,
  untouched,
  withPrivileges,
} from "../support/seccomp_call.ts";
import { largeProfile } from "../support/seccomp_profile.ts";
import { shOutput } from "../support/shell.ts";

describe("an action of linux.seccomp", () => {
  it.for([
    ["ERRNO without errnoRet is EPERM", { action: "SCMP_ACT_ERRNO" }, { result: ["-1"], errno: ["1"] }],
    ["ERRNO has the errnoRet", { action: "SCMP_ACT_ERRNO", errnoRet: 77 }, { result: ["-1"], errno: ["77"] }],
    [
      "ERRNO with errnoRet 0 does nothing",
      { action: "SCMP_ACT_ERRNO", errnoRet: 0 },
      { result: ["0"], errno: ["0"] },
    ],
    ["TRAP sends SIGSYS", { action: "SCMP_ACT_TRAP" }, { sigsys: [`${number.priorityMax} 0`] }],
    ["TRACE without a tracer is ENOSYS", { action: "SCMP_ACT_TRACE" }, { result: ["-1"], errno: ["38"] }],
    ["TRACE takes an errnoRet", { action: "SCMP_ACT_TRACE", errnoRet: 5 }, { result: ["-1"], errno: ["38"] }],
    ["LOG lets the call through", { action: "SCMP_ACT_LOG" }, untouched],
    ["ALLOW lets the call through", { action: "SCMP_ACT_ALLOW" }, untouched],
  ] as const)("%s", ([, rule, expected], { runtime }) => {
    expect(seeCall(runtime, onePriorityRule(rule), [number.priorityMax, SCHED_FIFO])).toEqual(expected);
  });

  it.for(["SCMP_ACT_KILL", "SCMP_ACT_KILL_THREAD", "SCMP_ACT_KILL_PROCESS"])(
    "%s ends the program by SIGSYS, which it cannot catch",
    (action, { runtime }) => {
      const result = callIn(runtime, onePriorityRule({ action }), [number.priorityMax, SCHED_FIFO]);
      expect(result).toMatchObject({ status: SIGSYS_STATUS, stdout: "" });
    },
  );

  it("touches no other call", ({ runtime }) => {
    const seccomp = onePriorityRule({ action: "SCMP_ACT_KILL" });
    expect(seeCall(runtime, seccomp, [number.priorityMax + 1, SCHED_FIFO])).toEqual({
      result: ["1"],
      errno: ["0"],
    });
  });
});

describe("a filter is loaded", () => {
  it.for([
    ["with noNewPrivileges", nothing],
    ["without", withPrivileges],
    ["for a user with noNewPrivileges", asUser],
    ["for a user without", asUserWithPrivileges],
    [
      "without noNewPrivileges and without capabilities",
      (config: Config) => {
        asUserWithPrivileges(config);
        config.process.capabilities = {};
      },
    ],
    [
      "in a user namespace without noNewPrivileges",
      (config: Config) => {
        withPrivileges(config);
        config.linux.namespaces.push({ type: "user" });
        config.linux.uidMappings = [{ containerID: 0, hostID: 0, size: 65536 }];
        config.linux.gidMappings = [{ containerID: 0, hostID: 0, size: 65536 }];
      },
    ],
  ] as const)("%s", ([, edit], { runtime }) => {
    const seccomp = onePriorityRule({ action: "SCMP_ACT_ERRNO", errnoRet: 77 });
    const seen = seeCall(runtime, seccomp, [number.priorityMax, SCHED_FIFO], edit as Edit);
    expect(seen).toEqual({ result: ["-1"], errno: ["77"] });
  });

  it("and leaves the program no capability that the config does not give", ({ runtime }) => {
    const edit: Edit = (config) => {
      asUserWithPrivileges(config);
      config.linux.seccomp = onePriorityRule({ action: "SCMP_ACT_ERRNO" });
    };
    const script = "grep -E '^(Cap|NoNewPrivs|Seccomp:)' /proc/self/status | tr -d '\\t'";
    const [inherited, permitted, effective, bounding, ambient, ...rest] = shOutput(
      runtime,
      script,
      edit,
    ).split("\n");
    expect([inherited, permitted, effective, ambient].map((line) => line?.slice(7))).toEqual(
      Array(4).fill("0000000000000000"),
    );
    expect(bounding).toBe("CapBnd:0000000020000420");
    expect(rest).toEqual(["NoNewPrivs:0", "Seccomp:2"]);
  });

  it("and holds for what the program starts", ({ runtime }) => {
    const seccomp = onePriorityRule({ action: "SCMP_ACT_ERRNO", errnoRet: 77 });
    const output = shOutput(
      runtime,
      `/bin/probe syscall ${number.priorityMax} ${SCHED_FIFO}; :`,
      (config) => {
        config.linux.seccomp = seccomp;
      },
    );
    expect(output).toContain("errno: 77");
  });

  // runc loads it before it becomes the user and waits, so these calls of its own would fail.
  it.runIf(isTsrunc).for([
    ["with noNewPrivileges", asUser],
    ["without", asUserWithPrivileges],
  ] as const)("so late that nothing of the runtime's own is hit, %s", ([, edit], { runtime }) => {
    const own =
      "setresuid setresgid setgroups capset prctl chdir getcwd sendmsg recvfrom accept4 close_range openat openat2";
    const seccomp = {
      defaultAction: "SCMP_ACT_ALLOW",
      syscalls: [
        { names: [...own.split(" "), "close", "madvise", "setsockopt"], action: "SCMP_ACT_KILL_PROCESS" },
      ],
    };
    expect(seeCall(runtime, seccomp, [number.priorityMax, SCHED_FIFO], edit)).toEqual(untouched);
  });

  // Theirs are the calls of a running container, not of its program.
  it.runIf(isTsrunc)("after the startContainer hooks", ({ runtime }) => {
    const edit: Edit = (config) => {
      config.root.readonly = false;
      const args = ["sh", "-c", `/bin/probe syscall ${number.priorityMax} ${SCHED_FIFO} >/tmp/hook`];
      config.hooks = { startContainer: [{ path: "/bin/sh", args, env: ["PATH=/bin"] }] };
      config.linux.seccomp = onePriorityRule({ action: "SCMP_ACT_KILL" });
    };
    expect(shOutput(runtime, "cat /tmp/hook", edit)).toContain("result: 99");
  });
});

describe("an argument of a rule", () => {
  const big = 0x100000005;

  it.for([
    [
      "SCMP_CMP_NE",
      { value: 5 },
      [
        [5, false],
        [6, true],
        [big, true],
      ],
    ],
    [
      "SCMP_CMP_LT",
      { value: 5 },
      [
        [4, true],
        [5, false],
        [big, false],
      ],
    ],
    [
      "SCMP_CMP_LE",
      { value: 5 },
      [
        [5, true],
        [6, false],
      ],
    ],
    [
      "SCMP_CMP_EQ",
      { value: 5 },
      [
        [5, true],
        [4, false],
        [big, false],
      ],
    ],
    [
      "SCMP_CMP_EQ",
      { value: big },
      [
        [big, true],
        [5, false],
      ],
    ],
    [
      "SCMP_CMP_GE",
      { value: 5 },
      [
        [4, false],
        [5, true],
        [big, true],
      ],
    ],
    [
      "SCMP_CMP_GT",
      { value: 5 },
      [
        [5, false],
        [6, true],
      ],
    ],
    [
      "SCMP_CMP_MASKED_EQ",
      { value: 0xf0, valueTwo: 0x50 },
      [
        [0x5f, true],
        [0x4f, false],
        [0x150, true],
      ],
    ],
  ] as const)("with %s %o", ([op, values, cases], { runtime }) => {
    const rule = { action: "SCMP_ACT_ERRNO", errnoRet: 77, args: [{ index: 1, op, ...values }] };
    for (const [value, hit] of cases) {
      const seen = seeCall(runtime, onePriorityRule(rule), [number.priorityMax, SCHED_FIFO, value]);
      expect([value, seen.errno]).toEqual([value, [hit ? "77" : "0"]]);
    }
  });

  it("has to hold together with one of another index", ({ runtime }) => {
    const args = [0, 2].map((index) => ({ index, value: 1, op: "SCMP_CMP_EQ" }));
    const seccomp = onePriorityRule({ action: "SCMP_ACT_ERRNO", errnoRet: 77, args });
    expect(seeCall(runtime, seccomp, [number.priorityMax, 1, 9, 1]).errno).toEqual(["77"]);
    expect(seeCall(runtime, seccomp, [number.priorityMax, 1, 9, 2]).errno).toEqual(["0"]);
  });

  it("is an alternative to one of the same index", ({ runtime }) => {
    const args = [1, 2].map((value) => ({ index: 0, value, op: "SCMP_CMP_EQ" }));
    const seccomp = onePriorityRule({ action: "SCMP_ACT_ERRNO", errnoRet: 77, args });
    const seen = [1, 2, 0].map((value) => seeCall(runtime, seccomp, [number.priorityMax, value]).errno);
    expect(seen).toEqual([["77"], ["77"], ["0"]]);
  });
});

describe("a profile", () => {
  it("may name calls that nobody knows", ({ runtime }) => {
    const seccomp = {
      defaultAction: "SCMP_ACT_ALLOW",
      syscalls: [
        { names: ["no_such_call", "sched_get_priority_max"], action: "SCMP_ACT_ERRNO", errnoRet: 77 },
      ],
    };
    expect(seeCall(runtime, seccomp, [number.priorityMax, SCHED_FIFO]).errno).toEqual(["77"]);
  });

  it("of an engine's size lets programs run, and answers new calls with ENOSYS", ({ runtime }) => {
    const profile = largeProfile();
    expect(
      shOutput(runtime, "echo yes | sort", (config) => {
        config.linux.seccomp = profile;
      }),
    ).toBe("yes");
    expect(seeCall(runtime, profile, [number.priorityMax, SCHED_FIFO])).toEqual(untouched);
    expect(seeCall(runtime, profile, [number.swapon, 0]).errno).toEqual(["1"]);
    expect(seeCall(runtime, profile, [newSyscall]).errno).toEqual(["38"]);
    expect(seeCall(runtime, profile, [number.personality, 0xffffffff]).result).toEqual(["0"]);
    expect(seeCall(runtime, profile, [number.personality, 0x10]).errno).toEqual(["1"]);
  });

  it("that kills by default answers new calls with ENOSYS too", ({ runtime }) => {
    const profile = { ...largeProfile(), defaultAction: "SCMP_ACT_KILL", defaultErrnoRet: undefined };
    expect(seeCall(runtime, profile, [newSyscall]).errno).toEqual(["38"]);
    expect(callIn(runtime, profile, [number.swapon, 0]).status).toBe(SIGSYS_STATUS);
  });

  it("has a defaultErrnoRet", ({ runtime }) => {
    const profile = { ...largeProfile(), defaultErrnoRet: 55 };
    expect(seeCall(runtime, profile, [number.swapon, 0]).errno).toEqual(["55"]);
  });

  const host = spawnSync(resolve(import.meta.dirname, "../../build/Release/tsrunc-probe"), [
    "syscall32",
    "20",
  ]);

  it.runIf(process.arch === "x64" && host.status === 0)(
    "counts for the architectures it names, and kills on others",
    ({ runtime }) => {
      const getpid = { names: ["getpid"], action: "SCMP_ACT_ERRNO", errnoRet: 77 };
      const seccomp = { defaultAction: "SCMP_ACT_ALLOW", syscalls: [getpid] };
      const both = { ...seccomp, architectures: ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86"] };
      expect(seeCall(runtime, both, ["syscall32", 20]).errno).toEqual(["77"]);
      expect(callIn(runtime, seccomp, ["syscall32", 20]).status).toBe(SIGSYS_STATUS);
    },
  );

  // runc has known the flags since 1.2.
  it
    .runIf(isTsrunc)
    .for([
      [["SECCOMP_FILTER_FLAG_TSYNC"]],
      [["SECCOMP_FILTER_FLAG_LOG"]],
      [["SECCOMP_FILTER_FLAG_SPEC_ALLOW"]],
      [["SECCOMP_FILTER_FLAG_LOG", "SECCOMP_FILTER_FLAG_SPEC_ALLOW", "SECCOMP_FILTER_FLAG_TSYNC"]],
      [[]],
    ] as const)("takes the flags %o", ([flags], { runtime }) => {
    const seccomp = onePriorityRule({ action: "SCMP_ACT_ERRNO", errnoRet: 77 }, { flags });
    expect(seeCall(runtime, seccomp, [number.priorityMax, SCHED_FIFO]).errno).toEqual(["77"]);
  });
});

describe.runIf(isTsrunc)("tsrunc", () => {
  it("keeps compiled filters for its own user, and does without one that is broken", ({ runtime }) => {
    const seccomp = largeProfile();
    const expected = { result: ["-1"], errno: ["1"] };
    expect(seeCall(runtime, seccomp, [number.swapon, 0])).toEqual(expected);
    const cache = join(runtime.root, ".seccomp");
    expect(statSync(cache).mode & 0o777).toBe(0o700);
    const [name, ...others] = readdirSync(cache);
    expect(others).toEqual([]);
    expect(seeCall(runtime, seccomp, [number.swapon, 0])).toEqual(expected);
    writeFileSync(join(cache, name!), "damaged");
    expect(seeCall(runtime, seccomp, [number.swapon, 0])).toEqual(expected);
    expect(statSync(join(cache, name!)).size).toBeGreaterThan(1000);
  });

  /** Every libseccomp becomes an empty file, for this command alone. */
  const withoutLibrary = [
    "unshare",
    "--mount",
    "--propagation",
    "private",
    "sh",
    "-c",
    'for f in $(ldconfig -p | sed -n "s/.*libseccomp.* => //p"); do mount --bind /dev/null "$(readlink -f $f)"; done; exec "$@"',
    "sh",
  ];

  it("says that libseccomp is missing, and needs it for a profile only", ({ runtime }) => {
    const log = join(runtime.directory, "log");
    const bundle = makeBundle(runtime.directory, ["true"], (config) => {
      config.linux.seccomp = onePriorityRule({ action: "SCMP_ACT_LOG" });
    });
    const through = { through: withoutLibrary };
    const args = ["--log", log, "--log-format", "json", "run", "--bundle", bundle, runtime.newId()];
    expect(runtime.call(args, through).status).not.toBe(0);
    expect(readLog(log).at(-1)).toMatchObject({
      msg: expect.stringContaining("cannot load libseccomp.so.2"),
      at: "/linux/seccomp",
      hint: expect.stringContaining("libseccomp2"),
    });
    const plan = runtime.ok(["plan", "--bundle", bundle], through);
    expect(plan).toContain("seccomp filter=(compiled at create)");
    const other = makeBundle(runtime.directory, ["true"], nothing, "other");
    expect(runtime.run(other, through).status).toBe(0);
  });
});
