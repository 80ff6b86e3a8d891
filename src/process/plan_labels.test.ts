import { describe, expect, it } from "vitest";
import type { Process } from "../spec/types.ts";
import { labelKeyring, planLabels } from "./plan_labels.ts";

const process: Process = { user: { uid: 0, gid: 0 }, cwd: "/" };
const none = { apparmor: false, selinux: false };
const both = { apparmor: true, selinux: true };
const label = "system_u:system_r:svirt_lxc_net_t:s0:c675,c124";

describe("planLabels()", () => {
  it("plans nothing for a silent config", () => {
    expect(planLabels(process, "/process", both)).toEqual([]);
    expect(planLabels({ ...process, apparmorProfile: "", selinuxLabel: "" }, "", none)).toEqual([]);
  });

  it("changes the profile at the next exec", () => {
    expect(planLabels({ ...process, apparmorProfile: "p" }, "/process", both)).toEqual([
      {
        op: "securityAttribute",
        at: "/process/apparmorProfile",
        files: ["apparmor/exec", "exec"],
        value: "exec p",
        expect: "p",
      },
    ]);
  });

  it.each([":ns:p", "a//&b"])("expects no certain words for %s", (apparmorProfile) => {
    expect(planLabels({ ...process, apparmorProfile }, "", both)[0]).toMatchObject({ expect: "" });
  });

  it("expects no certain words for an SELinux label, whose type may be an alias", () => {
    expect(planLabels({ ...process, selinuxLabel: label }, "", both)[0]).toMatchObject({
      files: ["exec"],
      value: label,
      expect: "",
    });
  });

  it("refuses a label of a module that is off", () => {
    expect(() => planLabels({ ...process, apparmorProfile: "p" }, "", none)).toThrow(
      /AppArmor is not enabled/,
    );
    expect(() => planLabels({ ...process, selinuxLabel: label }, "", none)).toThrow(/selinux is disabled/);
  });

  it("has nothing to do for unconfined where nothing confines", () => {
    expect(planLabels({ ...process, apparmorProfile: "unconfined" }, "", none)).toEqual([]);
    expect(planLabels({ ...process, apparmorProfile: "unconfined" }, "", both)).toHaveLength(1);
  });
});

describe("labelKeyring()", () => {
  const keyring = [{ op: "sessionKeyring", at: "", name: "_ses.x", permissions: 0 }] as const;

  it("labels the keys, and no later ones", () => {
    const ops = labelKeyring({ ...process, selinuxLabel: label }, both, keyring);
    expect(ops.map((op) => (op.op === "securityAttribute" ? op.value : op.op))).toEqual([
      label,
      "sessionKeyring",
      "",
    ]);
  });

  it("leaves it alone without a label or a keyring", () => {
    expect(labelKeyring(process, both, keyring)).toEqual(keyring);
    expect(labelKeyring({ ...process, selinuxLabel: label }, both, [])).toEqual([]);
  });
});
