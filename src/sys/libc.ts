import { errno } from "../errno.ts";
import { lastErrno, loadLibrary } from "./engine.ts";
import { libcSymbols, syscallBpfSymbols, syscallOpenat2Symbols, syscallSymbols } from "./libc_symbols.ts";
import { SysError } from "./sys_error.ts";

const libcPath = "libc.so.6";

/** The hot-path functions of libc, bound once when this module is first used. */
export const libc = loadLibrary(libcPath, libcSymbols);

let syscallLibrary: ReturnType<typeof loadLibrary<typeof syscallSymbols>> | undefined;
let openat2Library: ReturnType<typeof loadLibrary<typeof syscallOpenat2Symbols>> | undefined;

const utf8 = new TextEncoder();
const utf8Decoder = new TextDecoder();

/** A NUL-terminated C string. Paths with NUL inside never come this far (json.ts refuses them). */
export function cString(text: string): Uint8Array {
  return utf8.encode(`${text}\0`);
}

export function encodeUtf8(text: string): Uint8Array {
  return utf8.encode(text);
}

export function decodeUtf8(bytes: Uint8Array): string {
  return utf8Decoder.decode(bytes);
}

/**
 * Makes a libc call and turns -1 into SysError. EINTR is retried, which is right for every call that goes
 * through here (close(2), where it is wrong, does not).
 */
export function checked(call: string, path: string | undefined, invoke: () => number | bigint): number {
  for (;;) {
    const result = Number(invoke());
    if (result !== -1) return result;
    const number = lastErrno();
    if (number !== errno.EINTR) throw new SysError(call, path, number);
  }
}

/** syscall(2) with numeric arguments. @throws SysError */
export function syscallNumbers(call: string, number: number, ...args: number[]): number {
  syscallLibrary ??= loadLibrary(libcPath, syscallSymbols);
  const library = syscallLibrary;
  const [a = 0, b = 0, c = 0, d = 0, e = 0] = args;
  return checked(call, undefined, () => library.syscall(number, a, b, c, d, e));
}

let bpfLibrary: ReturnType<typeof loadLibrary<typeof syscallBpfSymbols>> | undefined;

/** syscall(2) in the shape bpf(2) wants, bound when it is first needed. */
export function loadBpfLibrary(): NonNullable<typeof bpfLibrary> {
  bpfLibrary ??= loadLibrary(libcPath, syscallBpfSymbols);
  return bpfLibrary;
}

const SYS_openat2 = 437;

/** openat2(2). `resolve` is RESOLVE_*. @throws SysError */
export function openat2(
  dirfd: number,
  path: string,
  how: { readonly flags: number; readonly mode?: number; readonly resolve: number },
): number {
  openat2Library ??= loadLibrary(libcPath, syscallOpenat2Symbols);
  const library = openat2Library;
  const openHow = new BigUint64Array([BigInt(how.flags), BigInt(how.mode ?? 0), BigInt(how.resolve)]);
  const bytes = new Uint8Array(openHow.buffer);
  const cPath = cString(path);
  return checked("openat2", path, () => library.syscall(SYS_openat2, dirfd, cPath, bytes, bytes.length));
}
