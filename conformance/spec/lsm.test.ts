/** process.apparmorProfile, process.selinuxLabel, linux.mountLabel. What can be seen depends on the host. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect } from "vitest";
import { type Config, makeBundle } from "../support/bundle.ts";
import { it } from "../support/fixture.ts";
import { mountsOf, seeWith } from "../support/probe.ts";
import { isTsrunc } from "../support/runtime.ts";
import { sh, shOutput } from "../support/shell.ts";

const enabled = "/sys/module/apparmor/parameters/enabled";
const hasAppArmor = existsSync(enabled) && readFileSync(enabled, "utf8").startsWith("Y");
const hasSelinux = existsSync("/sys/fs/selinux/enforce");

const label = "system_u:system_r:svirt_lxc_net_t:s0:c124,c675";
const mountLabel = "system_u:object_r:svirt_sandbox_file_t:s0:c715,c811";

function labelled(name: "apparmorProfile" | "selinuxLabel", value: string) {
  return (config: Config) => {
    config.process[name] = value;
  };
}

describe.skipIf(hasAppArmor)("apparmorProfile without AppArmor", () => {
  it("is an error: the program must not run unconfined", ({ runtime }) => {
    const { status, stdout, stderr } = sh(runtime, "echo ran", labelled("apparmorProfile", "some-profile"));
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toContain("apparmor failed to apply profile");
  });

  it("may be unconfined, which is what it is", ({ runtime }) => {
    const edit = labelled("apparmorProfile", isTsrunc ? "unconfined" : "");
    expect(shOutput(runtime, "echo ran", edit)).toBe("ran");
  });
});

// A host that says it has AppArmor, and a kernel that has none: nothing may be taken for granted.
describe.skipIf(hasAppArmor || hasSelinux || !isTsrunc)("apparmorProfile that the kernel refuses", () => {
  const pretend = [
    ...["unshare", "--mount", "--propagation", "private", "sh", "-c"],
    "mount -t tmpfs none /sys/module && mkdir -p /sys/module/apparmor/parameters && " +
      'echo Y > /sys/module/apparmor/parameters/enabled && exec "$@"',
    "sh",
  ];

  it("is an error", ({ runtime }) => {
    const edit = labelled("apparmorProfile", "some-profile");
    const { status, stdout, stderr } = sh(runtime, "echo ran", edit, { through: pretend });
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toMatch(/cannot apply the AppArmor profile some-profile: invalid argument/i);
    expect(stderr).toContain("/process/apparmorProfile");
  });
});

describe.runIf(hasAppArmor)("apparmorProfile with AppArmor", () => {
  it("is what the program runs under", ({ runtime }) => {
    const seen = shOutput(runtime, "cat /proc/self/attr/current", labelled("apparmorProfile", "unconfined"));
    expect(seen).toMatch(/^unconfined/);
  });

  it("is an error when the kernel does not know it", ({ runtime }) => {
    const { status } = sh(runtime, "true", labelled("apparmorProfile", "no-such-profile-anywhere"));
    expect(status).toBe(1);
  });
});

describe.skipIf(hasSelinux)("selinuxLabel without SELinux", () => {
  it("is an error: the program must not run unconfined", ({ runtime }) => {
    const { status, stdout, stderr } = sh(runtime, "echo ran", labelled("selinuxLabel", label));
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toMatch(/selinux label is specified in config, but selinux is disabled or not supported/);
  });
});

// runc passes the label on, and the kernel refuses it.
describe.skipIf(hasSelinux || !isTsrunc)("mountLabel without SELinux", () => {
  const edit = (config: Config) => {
    config.linux.mountLabel = mountLabel;
  };

  it("does nothing", ({ runtime }) => {
    const mounts = mountsOf(seeWith(runtime, ["mounts"], edit));
    expect(mounts.map(({ target }) => target)).toContain("/dev/shm");
    expect(JSON.stringify(mounts)).not.toContain("context");
  });

  it("is a warning", ({ runtime }) => {
    const log = join(runtime.directory, "log");
    const bundle = makeBundle(runtime.directory, ["true"], edit);
    expect(runtime.call(["--log", log, "run", "--bundle", bundle, runtime.newId()]).status).toBe(0);
    expect(readFileSync(log, "utf8")).toMatch(/level=warning.*mountLabel.*SELinux/);
  });
});

describe.runIf(hasSelinux)("with SELinux", () => {
  it("mounts carry the context", ({ runtime }) => {
    const seen = seeWith(runtime, ["mounts"], (config) => {
      config.linux.mountLabel = mountLabel;
    });
    const shm = mountsOf(seen).find(({ target }) => target === "/dev/shm");
    expect(shm?.superOptions.join(",")).toContain("context=");
  });
});
