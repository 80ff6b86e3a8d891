/** Classic BPF, as much of it as a seccomp filter needs (linux/filter.h, linux/bpf_common.h). */

/** struct sock_filter. */
export interface Instruction {
  readonly code: number;
  /** Instructions to skip when a comparison holds, and when it does not. */
  readonly jt: number;
  readonly jf: number;
  readonly k: number;
}

/** The kernel takes this many instructions (BPF_MAXINSNS). */
export const maxInstructions = 4096;

export const instructionSize = 8;

/** Offsets in struct seccomp_data. */
export const numberOffset = 0;
export const architectureOffset = 4;

/** BPF_LD | BPF_W | BPF_ABS: the 32-bit word at `offset` of seccomp_data. */
export function load(offset: number): Instruction {
  return { code: 0x20, jt: 0, jf: 0, k: offset };
}

/** BPF_JMP | BPF_JA */
export function jump(distance: number): Instruction {
  return { code: 0x05, jt: 0, jf: 0, k: distance };
}

/** BPF_JMP | BPF_JEQ | BPF_K */
export function jumpIfEqual(k: number, jt: number, jf: number): Instruction {
  return { code: 0x15, jt, jf, k };
}

/** BPF_JMP | BPF_JGT | BPF_K */
export function jumpIfGreater(k: number, jt: number, jf: number): Instruction {
  return { code: 0x25, jt, jf, k };
}

/** BPF_JMP | BPF_JGE | BPF_K */
export function jumpIfAtLeast(k: number, jt: number, jf: number): Instruction {
  return { code: 0x35, jt, jf, k };
}

/** BPF_RET | BPF_K */
export function give(value: number): Instruction {
  return { code: 0x06, jt: 0, jf: 0, k: value };
}

/** In the order of bytes of both architectures that tsrunc runs on. */
export function encodeInstructions(instructions: readonly Instruction[]): Uint8Array {
  const bytes = new Uint8Array(instructions.length * instructionSize);
  const view = new DataView(bytes.buffer);
  instructions.forEach(({ code, jt, jf, k }, index) => {
    view.setUint16(index * instructionSize, code, true);
    view.setUint8(index * instructionSize + 2, jt);
    view.setUint8(index * instructionSize + 3, jf);
    view.setUint32(index * instructionSize + 4, k, true);
  });
  return bytes;
}
