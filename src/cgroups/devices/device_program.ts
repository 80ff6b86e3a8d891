/**
 * The eBPF program (type cgroup_device) that enforces a device policy on cgroup v2. Pure.
 *
 * The kernel runs it for every open(2) and mknod(2) of a device node with a struct bpf_cgroup_dev_ctx
 * { u32 access_type; u32 major; u32 minor; }, where access_type is the access << 16 | 1 (block) or 2
 * (character). It returns 1 to allow. Documentation/bpf/standardization/instruction-set.rst.
 *
 * There is not one jump in it. The verifier follows both ways of every jump, which made loading the usual 26
 * rules take 1.7 ms on Linux 6.18; computing all rules and combining the results takes 0.2 ms. So each rule
 * becomes a number that is zero when it matches, and (number - 1) >> 63 is 1 exactly then.
 */
import { accessAll, type DeviceException, type DevicePolicy } from "./device_rules.ts";

const result = 0;
const context = 1; // until the context is loaded, then free for `mismatch`
const mismatch = 1;
const access = 3;
const major = 4;
const minor = 5;
const device = 7; // major and minor in one word
const scratch = 8;
/** Zero when the device is of this type. */
const notOfType = { b: 6, c: 2 } as const;

// The names say whether the second operand is a number or a register; arithmetic is on 32 bits, and clears the
// upper half, where nothing else is said.
const loadWord = 0x61;
const moveRegister = 0xbc;
const moveNumber = 0xb4;
const xorNumber = 0xa4;
const orRegister = 0x4c;
const andNumber = 0x54;
const andRegister = 0x5c;
const shiftLeftNumber = 0x64;
const shiftRightNumber = 0x74;
const subtractNumber64 = 0x17;
const shiftRightNumber64 = 0x77;
const negate64 = 0x87;
const exit = 0x95;

/** dev_t inside the kernel: 12 bits of major number, 20 of minor (MINORBITS). */
const minorBits = 20;
const maxMajor = 0xfff;
const maxMinor = 0xfffff;

/** Instructions, each as two words: opcode, registers and offset in the first, the immediate in the second. */
type Program = number[];

/** The instructions, eight bytes each. */
export function encodeDeviceProgram({ allowByDefault, exceptions }: DevicePolicy): Uint8Array {
  const program: Program = [];
  emit(program, loadWord, access | (context << 4));
  emit(program, loadWord, major | (context << 4), 0, 4);
  emit(program, loadWord, minor | (context << 4), 0, 8);
  emit(program, moveRegister, notOfType.b | (access << 4));
  emit(program, andNumber, notOfType.b, 0xffff);
  emit(program, moveRegister, notOfType.c | (notOfType.b << 4));
  emit(program, xorNumber, notOfType.b, 1);
  emit(program, xorNumber, notOfType.c, 2);
  emit(program, shiftRightNumber, access, 16);
  emit(program, moveRegister, device | (major << 4));
  emit(program, shiftLeftNumber, device, minorBits);
  emit(program, orRegister, device | (minor << 4));
  emit(program, moveNumber, result, 0);
  for (const exception of exceptions) emitException(program, exception, allowByDefault);
  if (allowByDefault) emit(program, xorNumber, result, 1);
  // Older verifiers cannot tell by themselves that it is 0 or 1.
  emit(program, andNumber, result, 1);
  emit(program, exit, 0);
  return new Uint8Array(Int32Array.from(program).buffer);
}

/** Sets the result to 1 when the exception matches. */
function emitException(program: Program, exception: DeviceException, allowByDefault: boolean): void {
  // No device has such a number.
  if ((exception.major ?? 0) > maxMajor || (exception.minor ?? 0) > maxMinor) return;
  emitMismatch(program, exception);
  const someAccess = exception.access !== accessAll;
  if (someAccess && !allowByDefault) {
    // An allowed permission does not stretch to others: all bits of the access must be in it.
    emit(program, moveRegister, scratch | (access << 4));
    emit(program, andNumber, scratch, ~exception.access);
    emit(program, orRegister, mismatch | (scratch << 4));
  }
  emit(program, subtractNumber64, mismatch, 1);
  emit(program, shiftRightNumber64, mismatch, 63);
  if (someAccess && allowByDefault) {
    // A denied permission denies every access it is a part of: read-write when write is denied.
    emit(program, moveRegister, scratch | (access << 4));
    emit(program, andNumber, scratch, exception.access);
    emit(program, negate64, scratch);
    emit(program, shiftRightNumber64, scratch, 63);
    emit(program, andRegister, mismatch | (scratch << 4));
  }
  emit(program, orRegister, result | (mismatch << 4));
}

/** Makes `mismatch` zero when type and numbers are those of the exception. */
function emitMismatch(
  program: Program,
  { type, major: wantedMajor, minor: wantedMinor }: DeviceException,
): void {
  if (wantedMajor === undefined && wantedMinor === undefined) {
    emit(program, moveRegister, mismatch | (notOfType[type] << 4));
    return;
  }
  if (wantedMinor === undefined) {
    emit(program, moveRegister, mismatch | (major << 4));
    emit(program, xorNumber, mismatch, wantedMajor);
  } else if (wantedMajor === undefined) {
    emit(program, moveRegister, mismatch | (minor << 4));
    emit(program, xorNumber, mismatch, wantedMinor);
  } else {
    emit(program, moveRegister, mismatch | (device << 4));
    emit(program, xorNumber, mismatch, (wantedMajor << minorBits) | wantedMinor);
  }
  emit(program, orRegister, mismatch | (notOfType[type] << 4));
}

/** struct bpf_insn, on a little-endian machine: u8 opcode; u8 registers; s16 offset; s32 immediate. */
function emit(program: Program, opcode: number, registers: number, immediate = 0, offset = 0): void {
  program.push(opcode | (registers << 8) | (offset << 16), immediate);
}
