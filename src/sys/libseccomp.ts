/**
 * libseccomp, loaded when a profile has to be compiled and only then. The wrappers carry the names of its man
 * pages; results are negative errno values there, and SysError here.
 */
import { errno } from "../errno.ts";
import { RuntimeError } from "../errors.ts";
import { MFD_CLOEXEC } from "./constants.ts";
import { loadLibrary } from "./engine.ts";
import { close, readToEnd } from "./files.ts";
import { checked, cString, libc } from "./libc.ts";
import {
  libcMemorySymbols,
  libcSeekSymbols,
  libseccompSymbols,
  libseccompVersionSymbols,
  type SymbolTable,
} from "./libc_symbols.ts";
import { SysError } from "./sys_error.ts";

/** struct scmp_arg_cmp: what an argument of a call is compared with. */
export interface ArgumentComparison {
  readonly argument: number;
  readonly operator: number;
  readonly datumA: bigint;
  readonly datumB: bigint;
}

/** scmp_filter_ctx, an address. */
export type FilterContext = number | bigint;

/** __NR_SCMP_ERROR: libseccomp knows no such call. */
const unknownSyscall = -1;

const SCMP_FLTATR_CTL_OPTIMIZE = 8;
const optimizeBinaryTree = 2;

const SEEK_SET = 0;

const soname = "libseccomp.so.2";

let library: ReturnType<typeof loadLibrary<typeof libseccompSymbols>> | undefined;

/** @throws RuntimeError `host` when it is not there, or is too old to have all functions */
function loadLibseccomp<T extends SymbolTable>(symbols: T): ReturnType<typeof loadLibrary<T>> {
  try {
    return loadLibrary(soname, symbols);
  } catch (error) {
    throw new RuntimeError("host", `cannot load ${soname}, which a seccomp profile needs`, {
      at: "/linux/seccomp",
      hint: "install libseccomp2 (Debian, Ubuntu) or libseccomp (other distributions), 2.5.0 or later",
      cause: error,
    });
  }
}

function libseccomp(): NonNullable<typeof library> {
  library ??= loadLibseccomp(libseccompSymbols);
  return library;
}

/** seccomp_version(3) as "2.5.4". @throws RuntimeError when there is no libseccomp */
export function seccompVersion(): string {
  // Apart from the other functions: a filter that is found in the cache takes no more.
  const address = loadLibseccomp(libseccompVersionSymbols).seccomp_version();
  const version = new Uint32Array(new ArrayBuffer(64));
  loadLibrary("libc.so.6", libcMemorySymbols).memcpy(new Uint8Array(version.buffer), address, 12);
  return version.subarray(0, 3).join(".");
}

/** seccomp_arch_native(3): the token of this machine. */
export function seccompArchNative(): number {
  // Bit 31 is set in the tokens of 64-bit machines.
  return Number(libseccomp().seccomp_arch_native()) >>> 0;
}

/** seccomp_init(3), with seccomp_release(3) afterwards. @throws SysError, and what `use` throws */
export function withFilterContext<T>(defaultAction: number, use: (context: FilterContext) => T): T {
  const context = libseccomp().seccomp_init(defaultAction);
  if (Number(context) === 0) throw new SysError("seccomp_init", undefined, errno.EINVAL);
  try {
    return use(context);
  } finally {
    libseccomp().seccomp_release(context);
  }
}

/** seccomp_arch_add(3); one that is there already, as the native one always is, is no error. @throws SysError */
export function seccompArchAdd(context: FilterContext, token: number): void {
  const result = Number(libseccomp().seccomp_arch_add(context, token));
  if (result !== -errno.EEXIST) check("seccomp_arch_add", result);
}

/** seccomp_attr_set(3): the numbers of the calls in a binary tree. Versions before 2.5.0 have none. */
export function seccompOptimize(context: FilterContext): void {
  libseccomp().seccomp_attr_set(context, SCMP_FLTATR_CTL_OPTIMIZE, optimizeBinaryTree);
}

/** seccomp_syscall_resolve_name(3); undefined for a name that libseccomp does not know. */
export function seccompSyscallResolveName(name: string): number | undefined {
  const number = Number(libseccomp().seccomp_syscall_resolve_name(cString(name)));
  return number === unknownSyscall ? undefined : number;
}

/** seccomp_syscall_resolve_name_arch(3); undefined also where the architecture has no such call. */
export function seccompSyscallResolveNameArch(token: number, name: string): number | undefined {
  const number = Number(libseccomp().seccomp_syscall_resolve_name_arch(token, cString(name)));
  return number < 0 ? undefined : number;
}

/** seccomp_rule_add_array(3). @throws SysError */
export function seccompRuleAdd(
  context: FilterContext,
  action: number,
  syscall: number,
  comparisons: readonly ArgumentComparison[],
): void {
  // struct scmp_arg_cmp: u32 arg, u32 op, u64 datum_a, u64 datum_b
  const array = new Uint8Array(new ArrayBuffer(Math.max(comparisons.length * 24, 64)));
  const view = new DataView(array.buffer);
  comparisons.forEach(({ argument, operator, datumA, datumB }, index) => {
    view.setUint32(index * 24, argument, true);
    view.setUint32(index * 24 + 4, operator, true);
    view.setBigUint64(index * 24 + 8, datumA, true);
    view.setBigUint64(index * 24 + 16, datumB, true);
  });
  check(
    "seccomp_rule_add",
    Number(libseccomp().seccomp_rule_add_array(context, action, syscall, comparisons.length, array)),
  );
}

/** seccomp_export_bpf(3): the instructions of the filter. @throws SysError */
export function seccompExportBpf(context: FilterContext): Uint8Array {
  const name = cString("seccomp-filter");
  const libcSeek = loadLibrary("libc.so.6", libcSeekSymbols);
  const fd = checked("memfd_create", undefined, () => libc.memfd_create(name, MFD_CLOEXEC));
  try {
    check("seccomp_export_bpf", Number(libseccomp().seccomp_export_bpf(context, fd)));
    checked("lseek", undefined, () => libcSeek.lseek(fd, 0, SEEK_SET));
    return readToEnd(fd);
  } finally {
    close(fd);
  }
}

function check(call: string, result: number): void {
  if (result < 0) throw new SysError(call, undefined, -result);
}
