/** bpf(2), as far as programs of type cgroup_device need it. */
import { addressOf } from "./engine.ts";
import { checked, cString, loadBpfLibrary } from "./libc.ts";

const SYS_bpf = process.arch === "arm64" || process.arch === "riscv64" ? 280 : 321;

const BPF_PROG_LOAD = 5;
const BPF_PROG_ATTACH = 8;
const BPF_PROG_DETACH = 9;
const BPF_PROG_GET_FD_BY_ID = 13;
const BPF_PROG_QUERY = 16;

const BPF_PROG_TYPE_CGROUP_DEVICE = 15;
const BPF_CGROUP_DEVICE = 6;
export const BPF_F_ALLOW_MULTI = 2;
export const BPF_F_REPLACE = 4;

/**
 * union bpf_attr, zeroed and larger than any field used here. The size matters: BPF_PROG_QUERY of Linux 6.17
 * to 7.1 writes eight bytes at offset 56 however short the caller says its buffer is.
 */
const attributeBytes = 128;

class Attributes {
  readonly bytes = new Uint8Array(new ArrayBuffer(attributeBytes));
  readonly #view = new DataView(this.bytes.buffer);
  /** What the kernel is pointed at; held here so that it outlives the call. */
  readonly #pointedAt: Uint8Array[] = [];

  u32(offset: number, value: number): this {
    this.#view.setUint32(offset, value, true);
    return this;
  }

  pointer(offset: number, target: Uint8Array): this {
    this.#pointedAt.push(target);
    this.#view.setBigUint64(offset, addressOf(target), true);
    return this;
  }

  readU32(offset: number): number {
    return this.#view.getUint32(offset, true);
  }

  call(name: string, command: number): number {
    const library = loadBpfLibrary();
    return checked(`bpf ${name}`, undefined, () =>
      library.syscall(SYS_bpf, command, this.bytes, attributeBytes),
    );
  }
}

/** BPF_PROG_LOAD of a device program; returns its descriptor, close-on-exec. @throws SysError */
export function loadDeviceProgram(instructions: Uint8Array, name: string): number {
  const attributes = new Attributes()
    .u32(0, BPF_PROG_TYPE_CGROUP_DEVICE)
    .u32(4, instructions.length / 8)
    .pointer(8, offHeap(instructions))
    .pointer(16, offHeap(cString("Apache-2.0")));
  attributes.bytes.set(cString(name).subarray(0, 15), 48);
  return attributes.call("BPF_PROG_LOAD", BPF_PROG_LOAD);
}

/** BPF_PROG_ATTACH to the cgroup of `cgroupFd`. `replacedFd` goes with BPF_F_REPLACE. @throws SysError */
export function attachDeviceProgram(
  cgroupFd: number,
  programFd: number,
  flags: number,
  replacedFd = 0,
): void {
  new Attributes()
    .u32(0, cgroupFd)
    .u32(4, programFd)
    .u32(8, BPF_CGROUP_DEVICE)
    .u32(12, flags)
    .u32(16, replacedFd)
    .call("BPF_PROG_ATTACH", BPF_PROG_ATTACH);
}

/** BPF_PROG_DETACH. @throws SysError */
export function detachDeviceProgram(cgroupFd: number, programFd: number): void {
  new Attributes()
    .u32(0, cgroupFd)
    .u32(4, programFd)
    .u32(8, BPF_CGROUP_DEVICE)
    .call("BPF_PROG_DETACH", BPF_PROG_DETACH);
}

/** BPF_PROG_QUERY: the ids of the device programs attached to this very cgroup. @throws SysError */
export function queryDevicePrograms(cgroupFd: number): readonly number[] {
  // More than 64 programs are refused by the kernel (BPF_CGROUP_MAX_PROGS).
  const ids = new Uint32Array(new ArrayBuffer(64 * 4));
  const attributes = new Attributes()
    .u32(0, cgroupFd)
    .u32(4, BPF_CGROUP_DEVICE)
    .pointer(16, new Uint8Array(ids.buffer))
    .u32(24, ids.length);
  attributes.call("BPF_PROG_QUERY", BPF_PROG_QUERY);
  return [...ids.subarray(0, attributes.readU32(24))];
}

/** BPF_PROG_GET_FD_BY_ID, close-on-exec. @throws SysError (ENOENT: the program is gone) */
export function deviceProgramById(id: number): number {
  return new Attributes().u32(0, id).call("BPF_PROG_GET_FD_BY_ID", BPF_PROG_GET_FD_BY_ID);
}

/** A copy whose bytes do not move (see addressOf). */
function offHeap(bytes: Uint8Array): Uint8Array {
  const copy = new Uint8Array(new ArrayBuffer(bytes.length));
  copy.set(bytes);
  return copy;
}
