/**
 * The foreign function interface under Node: koffi. The build of the executable replaces this module by
 * `engine_bun.ts`; both export the same names, and nothing else knows which engine runs.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import koffi from "koffi";
import { O_CLOEXEC } from "./constants.ts";
import type { NativeType, Signature, SymbolTable } from "./libc_symbols.ts";

export type Callable = (...args: readonly (number | bigint | Uint8Array | null)[]) => number | bigint;
export type Library<T extends SymbolTable> = { readonly [N in keyof T]: Callable };

const koffiTypes: Readonly<Record<NativeType, string>> = {
  i32: "int32_t",
  u32: "uint32_t",
  i64: "int64_t",
  u64: "uint64_t",
  ptr: "void *",
  void: "void",
};

/** Binds every row of `symbols` in the shared library at `path`. */
export function loadLibrary<T extends SymbolTable>(path: string, symbols: T): Library<T> {
  const library = koffi.load(path);
  const bound: Record<string, Callable> = {};
  for (const [name, signature] of Object.entries(symbols) as [string, Signature][]) {
    bound[name] = library.func(
      name,
      koffiTypes[signature.returns],
      signature.args.map((type) => koffiTypes[type]),
    ) as Callable;
  }
  return bound as Library<T>;
}

/**
 * The address of the first byte of `buffer`, for structures that hold pointers. The buffer must have been made
 * with `new Uint8Array(new ArrayBuffer(n))`: V8 may keep small arrays in its heap, where they move.
 */
export function addressOf(buffer: Uint8Array): bigint {
  return koffi.address(buffer);
}

/** errno of the last foreign call of this thread. */
export function lastErrno(): number {
  return koffi.errno();
}

const buildDirectory = new URL("../../build/Release/", import.meta.url);

/** The bytes of native/clone_helper.c, built as a shared library. */
export function helperLibraryBytes(): Uint8Array {
  return readFileSync(new URL("clone_helper.so", buildDirectory));
}

/** The bytes of the static tsrunc-init. */
export function initProgramBytes(): Uint8Array {
  return readFileSync(new URL("tsrunc-init", buildDirectory));
}

/** The soft RLIMIT_NOFILE this process was started with; undefined where the engine does not change it. */
export function originalNofileLimit(): { soft: bigint; hard: bigint } | undefined {
  return undefined;
}

/** A hash for finding things again, the same for the same bytes in every run. Not a proof of anything. */
export function contentHash(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** The command line, program name included. */
export function commandLine(): readonly string[] {
  return process.argv.slice(1);
}

/** Whether the caller passed this descriptor. Node marks its own as close-on-exec, and no others. */
export function isInheritedDescriptor(fd: number): boolean {
  const match = /^flags:\s*(\d+)/m.exec(descriptorInfo(fd));
  return match !== null && (Number.parseInt(match[1]!, 8) & O_CLOEXEC) === 0;
}

function descriptorInfo(fd: number): string {
  try {
    return readFileSync(`/proc/self/fdinfo/${fd}`, "utf8");
  } catch {
    return "";
  }
}
