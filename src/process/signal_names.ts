import { RuntimeError } from "../errors.ts";

/** Signal numbers of Linux on x86-64, arm64 and most others; the real-time ones are counted, not listed. */
export const signalNumbers: Readonly<Record<string, number>> = {
  HUP: 1,
  INT: 2,
  QUIT: 3,
  ILL: 4,
  TRAP: 5,
  ABRT: 6,
  BUS: 7,
  FPE: 8,
  KILL: 9,
  USR1: 10,
  SEGV: 11,
  USR2: 12,
  PIPE: 13,
  ALRM: 14,
  TERM: 15,
  STKFLT: 16,
  CHLD: 17,
  CONT: 18,
  STOP: 19,
  TSTP: 20,
  TTIN: 21,
  TTOU: 22,
  URG: 23,
  XCPU: 24,
  XFSZ: 25,
  VTALRM: 26,
  PROF: 27,
  WINCH: 28,
  IO: 29,
  PWR: 30,
  SYS: 31,
};

/** Second names of signals above. */
const aliases: Readonly<Record<string, number>> = { IOT: 6, CLD: 17, POLL: 29, UNUSED: 31 };

/** glibc and musl keep 32 and 33 (musl 34 too) for themselves; the names start where Docker's do. */
const rtMin = 34;
const rtMax = 64;

/** The number behind `9`, `KILL`, `sigkill` or `RTMIN+3`. 0 is allowed: it only asks whether the process is there. */
export function parseSignal(text: string): number {
  const number = /^\d+$/.test(text) ? Number(text) : numberOfName(text.toUpperCase().replace(/^SIG/, ""));
  if (number !== undefined && number <= rtMax) return number;
  throw new RuntimeError("usage", `unknown signal "${text}"`, {
    hint: "a number up to 64, or a name such as TERM, SIGKILL or RTMIN+3",
  });
}

/** `SIGKILL` for 9; the bare number for one that has no name. */
export function signalName(number: number): string {
  for (const name in signalNumbers) if (signalNumbers[name] === number) return `SIG${name}`;
  if (number < rtMin || number > rtMax) return String(number);
  return number === rtMin ? "SIGRTMIN" : `SIGRTMIN+${number - rtMin}`;
}

function numberOfName(name: string): number | undefined {
  if (Object.hasOwn(signalNumbers, name)) return signalNumbers[name];
  if (Object.hasOwn(aliases, name)) return aliases[name];
  const match = /^RT(MIN|MAX)(?:([+-])(\d{1,2}))?$/.exec(name);
  if (match === null) return undefined;
  const [, base, sign = base === "MIN" ? "+" : "-", offset = "0"] = match;
  if ((base === "MIN") !== (sign === "+")) return undefined;
  const number = base === "MIN" ? rtMin + Number(offset) : rtMax - Number(offset);
  return number >= rtMin && number <= rtMax ? number : undefined;
}
