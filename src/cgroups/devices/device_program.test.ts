import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { encodeDeviceProgram } from "./device_program.ts";
import type { DeviceException, DevicePolicy } from "./device_rules.ts";

interface Access {
  readonly type: "b" | "c";
  readonly access: number;
  readonly major: number;
  readonly minor: number;
}

/** Runs the few instructions the encoder uses, and no others. */
function interpret(program: Uint8Array, { type, access, major, minor }: Access): number {
  const view = new DataView(program.buffer, program.byteOffset, program.byteLength);
  const context = [((access << 16) | (type === "b" ? 1 : 2)) >>> 0, major, minor];
  const registers: (bigint | "context" | undefined)[] = [undefined, "context"];
  const value = (register: number): bigint => {
    const content = registers[register];
    if (typeof content !== "bigint") throw new Error(`r${register} is read without a number in it`);
    return content;
  };
  for (let at = 0; at < program.length; at += 8) {
    const opcode = view.getUint8(at);
    const target = view.getUint8(at + 1) & 15;
    const source = view.getUint8(at + 1) >> 4;
    const offset = view.getInt16(at + 2, true);
    const signed = BigInt(view.getInt32(at + 4, true));
    const set32 = (number: bigint): void => {
      registers[target] = BigInt.asUintN(32, number);
    };
    const set64 = (number: bigint): void => {
      registers[target] = BigInt.asUintN(64, number);
    };
    switch (opcode) {
      case 0x61:
        if (registers[source] !== "context") throw new Error("load from something that is not the context");
        set32(BigInt(context[offset / 4]!));
        break;
      case 0xbc:
        set32(value(source));
        break;
      case 0xb4:
        set32(signed);
        break;
      case 0xa4:
        set32(value(target) ^ signed);
        break;
      case 0x4c:
        set32(value(target) | value(source));
        break;
      case 0x54:
        set32(value(target) & BigInt.asUintN(32, signed));
        break;
      case 0x5c:
        set32(value(target) & value(source));
        break;
      case 0x64:
        set32(value(target) << signed);
        break;
      case 0x74:
        set32(BigInt.asUintN(32, value(target)) >> signed);
        break;
      case 0x17:
        set64(value(target) - signed);
        break;
      case 0x77:
        set64(value(target) >> signed);
        break;
      case 0x87:
        set64(-value(target));
        break;
      case 0x95:
        return Number(value(0));
      default:
        throw new Error(`unknown opcode ${opcode.toString(16)}`);
    }
  }
  throw new Error("ran off the end");
}

/** What security/device_cgroup.c does with the same list. */
function expected({ allowByDefault, exceptions }: DevicePolicy, wanted: Access): boolean {
  const about = exceptions.filter(
    ({ type, major, minor }) =>
      type === wanted.type &&
      (major === undefined || major === wanted.major) &&
      (minor === undefined || minor === wanted.minor),
  );
  return allowByDefault
    ? about.every(({ access }) => (access & wanted.access) === 0)
    : about.some(({ access }) => (wanted.access & ~access) === 0);
}

/** Few numbers, so that rules and accesses meet; rules may have some that no device has. */
const deviceMajor = fc.constantFrom(0, 1, 2, 0x7ff, 0xfff);
const deviceMinor = fc.constantFrom(0, 1, 2, 0x7ffff, 0xfffff);
const tooLarge = fc.constantFrom(0x1000, 0x100000, 0x7fffffff, 0x80000000, 0xffffffff);
const exception: fc.Arbitrary<DeviceException> = fc.record({
  allow: fc.boolean(),
  type: fc.constantFrom("b", "c"),
  major: fc.option(fc.oneof({ arbitrary: deviceMajor, weight: 9 }, tooLarge), { nil: undefined }),
  minor: fc.option(fc.oneof({ arbitrary: deviceMinor, weight: 9 }, tooLarge), { nil: undefined }),
  access: fc.integer({ min: 1, max: 7 }),
  at: fc.constant(undefined),
});
const policy = fc.record({ allowByDefault: fc.boolean(), exceptions: fc.array(exception, { maxLength: 8 }) });
const access: fc.Arbitrary<Access> = fc.record({
  type: fc.constantFrom("b", "c"),
  access: fc.integer({ min: 1, max: 7 }),
  major: deviceMajor,
  minor: deviceMinor,
});

describe("encodeDeviceProgram()", () => {
  test("decides as the v1 kernel does", () => {
    fc.assert(
      fc.property(policy, access, (devices, wanted) => {
        expect(interpret(encodeDeviceProgram(devices), wanted)).toBe(expected(devices, wanted) ? 1 : 0);
      }),
      { numRuns: 5000 },
    );
  });

  test("denies opening for reading and writing what may not be written", () => {
    const noWrite: DeviceException = {
      allow: false,
      type: "c",
      major: 1,
      minor: 3,
      access: 4,
      at: undefined,
    };
    const program = encodeDeviceProgram({ allowByDefault: true, exceptions: [noWrite] });
    expect(interpret(program, { type: "c", access: 2 | 4, major: 1, minor: 3 })).toBe(0);
    expect(interpret(program, { type: "c", access: 2, major: 1, minor: 3 })).toBe(1);
  });

  test("has no jumps, which the verifier would follow both ways", () => {
    const rules = fc.sample(policy, 50);
    for (const rule of rules) {
      const program = encodeDeviceProgram(rule);
      const classes = program.filter((_, index) => index % 8 === 0).map((opcode) => opcode & 7);
      expect([...classes].filter((kind) => kind === 5 || kind === 6)).toHaveLength(1); // exit
    }
  });
});
