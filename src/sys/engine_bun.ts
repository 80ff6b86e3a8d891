/**
 * The foreign function interface inside the executable: bun:ffi. `scripts/build_executable.ts` puts this
 * module in the place of `engine.ts` and fills in `embedded.gen.ts`; nothing else knows which engine runs.
 */
import { dlopen, ptr, read } from "bun:ffi";
import { helperLibraryBase64, initProgramBase64 } from "./embedded.ts";
import { libcSymbols, type NativeType, type Signature, type SymbolTable } from "./libc_symbols.ts";

export type Callable = (...args: readonly (number | bigint | Uint8Array | null)[]) => number | bigint;
export type Library<T extends SymbolTable> = { readonly [N in keyof T]: Callable };

const bunTypes: Readonly<Record<NativeType, string>> = {
  i32: "i32",
  u32: "u32",
  i64: "i64_fast",
  u64: "u64_fast",
  ptr: "ptr",
  void: "void",
};

/** Binds every row of `symbols` in the shared library at `path`. */
export function loadLibrary<T extends SymbolTable>(path: string, symbols: T): Library<T> {
  const table: Record<string, { args: string[]; returns: string }> = {};
  for (const [name, signature] of Object.entries(symbols) as [string, Signature][]) {
    table[name] = {
      args: signature.args.map((type) => bunTypes[type]),
      returns: bunTypes[signature.returns],
    };
  }
  // errno lives at a fixed address of this thread: bind its getter together with libc's own table, which is
  // loaded before anything else.
  if ((symbols as SymbolTable) === libcSymbols) table.__errno_location = { args: [], returns: "ptr" };
  const library = dlopen(path, table as never).symbols as unknown as Record<string, Callable>;
  if (library.__errno_location !== undefined) errnoAddress = Number(library.__errno_location());
  return library as Library<T>;
}

let errnoAddress = 0;

/** errno of the last foreign call of this thread. */
export function lastErrno(): number {
  return read.i32(errnoAddress as never, 0);
}

/** The address of the first byte of `buffer`, for structures that hold pointers. */
export function addressOf(buffer: Uint8Array): bigint {
  return BigInt(ptr(buffer));
}

/** The bytes of native/clone_helper.c, built as a shared library. */
export function helperLibraryBytes(): Uint8Array {
  return Buffer.from(helperLibraryBase64, "base64");
}

/** The bytes of the static tsrunc-init. */
export function initProgramBytes(): Uint8Array {
  return Buffer.from(initProgramBase64, "base64");
}

/**
 * The soft and hard RLIMIT_NOFILE this process was started with. Bun raises the soft limit before any of our
 * code runs; the entry stub (native/entry_stub.S) saved the limits at this fixed address before Bun ran.
 */
export function originalNofileLimit(): { soft: bigint; hard: bigint } | undefined {
  const saved = read.u64(entryStubAddress as never, 8);
  return { soft: read.u64(Number(saved) as never, 0), hard: read.u64(Number(saved) as never, 8) };
}

/**
 * Whether the caller passed this descriptor: later, what the engine opened cannot be told from it. The entry
 * stub looked before the engine ran.
 */
export function isInheritedDescriptor(fd: number): boolean {
  if (fd < 3 || fd > 66) return false;
  const open = read.u64(Number(read.u64(entryStubAddress as never, 8)) as never, 16);
  return ((open >> BigInt(fd - 3)) & 1n) === 1n;
}

/** Where scripts/seal_executable.ts places the stub: below everything Bun maps, above mmap_min_addr. */
const entryStubAddress = 0x10000000;

/** A hash for finding things again, the same for the same bytes in every run. Not a proof of anything. */
export function contentHash(bytes: Uint8Array): string {
  return Bun.hash(bytes).toString(16).padStart(16, "0");
}

/** The command line, program name included. */
export function commandLine(): readonly string[] {
  return ["tsrunc", ...process.argv.slice(2)];
}
