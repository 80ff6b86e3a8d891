import { describe, expect } from "vitest";
import type { Config } from "../support/bundle.ts";
import { makeBundle } from "../support/bundle.ts";
import { it } from "../support/fixture.ts";
import { readProbe, seeWith } from "../support/probe.ts";
import { isTsrunc } from "../support/runtime.ts";
import { shOutput } from "../support/shell.ts";

/** Numbers of linux/capability.h. */
const bits = { CAP_CHOWN: 0, CAP_KILL: 5, CAP_NET_BIND_SERVICE: 10, CAP_NET_RAW: 13, CAP_AUDIT_WRITE: 29 };
type Name = keyof typeof bits;

function mask(...names: Name[]): string {
  return names
    .reduce((sum, name) => sum | (1n << BigInt(bits[name])), 0n)
    .toString(16)
    .padStart(16, "0");
}

const withSets =
  (capabilities: unknown, user = { uid: 0, gid: 0 }) =>
  (config: Config) => {
    config.process.capabilities = capabilities;
    config.process.user = user;
  };

const sets = ["CapBnd", "CapEff", "CapPrm", "CapInh", "CapAmb"] as const;

describe("process.capabilities", () => {
  it("sets each of the five sets by itself", ({ runtime }) => {
    const seen = seeWith(
      runtime,
      ["caps"],
      withSets(
        {
          bounding: ["CAP_KILL", "CAP_CHOWN", "CAP_NET_RAW"],
          effective: ["CAP_KILL"],
          permitted: ["CAP_KILL", "CAP_CHOWN"],
          inheritable: ["CAP_CHOWN"],
          ambient: [],
        },
        { uid: 1000, gid: 1000 },
      ),
    );
    // Execution by a user who is not root keeps only the ambient ones; the bounding and inheritable sets stay.
    expect(sets.map((name) => seen[name]?.[0])).toEqual([
      mask("CAP_KILL", "CAP_CHOWN", "CAP_NET_RAW"),
      mask(),
      mask(),
      mask("CAP_CHOWN"),
      mask(),
    ]);
  });

  it("gives root what the bounding and permitted sets allow", ({ runtime }) => {
    const names: Name[] = ["CAP_KILL", "CAP_NET_RAW"];
    const seen = seeWith(
      runtime,
      ["caps"],
      withSets({ bounding: names, effective: names, permitted: names }),
    );
    expect(sets.map((name) => seen[name]?.[0])).toEqual([
      mask(...names),
      mask(...names),
      mask(...names),
      mask(),
      mask(),
    ]);
  });

  it("gives another user the ambient ones", ({ runtime }) => {
    const names: Name[] = ["CAP_NET_BIND_SERVICE"];
    const all = { bounding: names, effective: names, permitted: names, inheritable: names, ambient: names };
    const seen = seeWith(runtime, ["caps"], withSets(all, { uid: 1000, gid: 1000 }));
    expect(sets.map((name) => seen[name]?.[0])).toEqual(sets.map(() => mask(...names)));
  });

  it("that is empty takes everything away", ({ runtime }) => {
    const seen = seeWith(runtime, ["caps"], withSets({}));
    expect(sets.map((name) => seen[name]?.[0])).toEqual(sets.map(() => mask()));
  });

  it("without CAP_KILL and friends stops what needs them", ({ runtime }) => {
    const script =
      "chown 1000 /tmp/x 2>&1 | grep -c 'not permitted'; mount -t tmpfs none /tmp 2>&1 | grep -c 'denied\\|permitted'";
    const edit = (config: Config) => {
      withSets({ bounding: [], effective: [], permitted: [] })(config);
      config.mounts.push({ destination: "/tmp", type: "tmpfs", source: "tmpfs" });
    };
    expect(shOutput(runtime, `touch /tmp/x; ${script}`, edit)).toBe("1\n1");
  });

  it("warns about a name that no kernel knows, and goes on", ({ runtime }) => {
    const names = ["CAP_KILL", "CAP_MAKE_COFFEE"];
    const edit = withSets({ bounding: names, effective: names, permitted: names });
    const result = runtime.run(makeBundle(runtime.directory, ["/bin/probe", "caps"], edit));
    expect(result.status).toBe(0);
    expect(readProbe(result.stdout).CapEff).toEqual([mask("CAP_KILL")]);
  });

  // runc fails with EPERM; the specification wants a warning.
  it.skipIf(!isTsrunc)("goes on without one that the runtime itself does not have", ({ runtime }) => {
    const names = ["CAP_KILL", "CAP_NET_RAW"];
    const bundle = makeBundle(
      runtime.directory,
      ["/bin/probe", "caps"],
      withSets({ bounding: names, effective: names, permitted: names }),
    );
    const result = runtime.run(bundle, { through: ["setpriv", "--bounding-set", "-net_raw", "--"] });
    expect(result.status).toBe(0);
    expect(readProbe(result.stdout).CapBnd).toEqual([mask("CAP_KILL")]);
  });
});
