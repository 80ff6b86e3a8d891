/**
 * System calls that are newer than a profile fail with ENOSYS, as on a kernel of the profile's time. C
 * libraries try the new call first and take the old one on ENOSYS only; the EPERM of a default action that
 * the profile's authors never meant for the new call would break them.
 *
 * These instructions stand before those of libseccomp, which cannot express "greater than" for numbers.
 */
import { errno } from "../../errno.ts";
import { seccompArchitectures } from "./architectures.ts";
import {
  architectureOffset,
  give,
  type Instruction,
  jump,
  jumpIfAtLeast,
  jumpIfEqual,
  jumpIfGreater,
  load,
  numberOffset,
} from "./classic_bpf.ts";
import { seccompActions } from "./tables.ts";

/** An architecture of the filter and the highest number of a call that the profile names. */
export interface NewestSyscall {
  readonly token: number;
  /** For x32 with its bit. */
  readonly number: number;
}

/** __X32_SYSCALL_BIT: x32 calls are x86-64 calls with it. */
export const x32Bit = 0x40000000;

/** x32 has its variants of some old calls here, above what is new: they say nothing about the age of a call. */
export const x32Variants = { first: x32Bit + 512, last: x32Bit + 547 } as const;

const { SCMP_ARCH_X86_64, SCMP_ARCH_X32, SCMP_ARCH_S390, SCMP_ARCH_S390X } = seccompArchitectures;

const notImplemented = give(seccompActions.SCMP_ACT_ERRNO.value + errno.ENOSYS);

/**
 * The instructions in front of the filter. What they do not answer falls through to its first instruction,
 * which has to load what it needs itself.
 */
export function planNewSyscallRule(newest: readonly NewestSyscall[]): readonly Instruction[] {
  const x32 = newest.find(({ token }) => token === SCMP_ARCH_X32);
  const blocks: (readonly [token: number, block: Instruction[]])[] = newest
    .filter(({ token }) => token !== SCMP_ARCH_X32)
    .map(({ token, number }) => [
      token,
      token === SCMP_ARCH_X86_64 ? x86(number, x32?.number) : plain(token, number),
    ]);
  if (x32 !== undefined && !newest.some(({ token }) => token === SCMP_ARCH_X86_64)) {
    blocks.push([SCMP_ARCH_X86_64, x86(undefined, x32.number)]);
  }
  if (blocks.length === 0) return [];
  return [load(architectureOffset), ...linkBlocks(blocks)];
}

/** Each block is entered with the number loaded; at its end it jumps over the blocks that follow. */
function linkBlocks(
  blocks: readonly (readonly [token: number, block: readonly Instruction[]])[],
): Instruction[] {
  let linked: Instruction[] = [];
  for (const [token, block] of [...blocks].reverse()) {
    const body = [load(numberOffset), ...block, jump(linked.length)];
    linked = [jumpIfEqual(token, 0, body.length), ...body, ...linked];
  }
  return linked;
}

function plain(token: number, newest: number): Instruction[] {
  // setup(2) has the number 0 there, is for the kernel's own first process and has answered ENOSYS ever since.
  const setup = token === SCMP_ARCH_S390 || token === SCMP_ARCH_S390X;
  return [...(setup ? [jumpIfEqual(0, 1, 0)] : []), jumpIfGreater(newest, 0, 1), notImplemented];
}

/**
 * Both kinds of calls come as AUDIT_ARCH_X86_64. A kind that the filter does not know is left to the filter,
 * which kills for it.
 */
function x86(newest: number | undefined, newestX32: number | undefined): Instruction[] {
  const native = newest === undefined ? [] : [jumpIfGreater(newest, 0, 1), notImplemented];
  const x32 =
    newestX32 === undefined
      ? []
      : [
          // -1 is how a tracer says "skip this call"; it is nobody's number.
          jumpIfEqual(0xffffffff, 4, 0),
          jumpIfGreater(x32Variants.last, 2, 0),
          jumpIfAtLeast(x32Variants.first, 2, 0),
          jumpIfGreater(newestX32, 0, 1),
          notImplemented,
        ];
  // The native part ends with a jump over the other.
  const first = x32.length === 0 || native.length === 0 ? native : [...native, jump(x32.length)];
  return [jumpIfAtLeast(x32Bit, first.length, 0), ...first, ...x32];
}
