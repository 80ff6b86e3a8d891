/** Terminals: termios(3), ioctl_tty(2). */
import { checked, libc } from "./libc.ts";
import { libcRare } from "./pipes.ts";

/** struct termios of glibc is 60 bytes: four flag words, then the line discipline and control characters. */
const termiosSize = 60;
const TCSANOW = 0;
const TIOCGWINSZ = 0x5413n;
const TIOCSWINSZ = 0x5414n;

// Input, output, control and local flags that raw mode clears, and the one it sets (cfmakeraw(3)).
const rawInputClear = 0x1 | 0x2 | 0x8 | 0x20 | 0x40 | 0x80 | 0x100 | 0x400;
const OPOST = 0x1;
const ONLCR = 0x4;
const CSIZE_PARENB = 0x30 | 0x100;
const CS8 = 0x30;
const rawLocalClear = 0x8 | 0x40 | 0x2 | 0x1 | 0x8000;
const vTimeOffset = 17 + 5;
const vMinOffset = 17 + 6;

export function isTerminal(fd: number): boolean {
  return Number(libc.isatty(fd)) === 1;
}

/** The settings of a terminal, to be put back later. @throws SysError */
export function getTerminalSettings(fd: number): Uint8Array {
  const settings = new Uint8Array(new ArrayBuffer(64));
  checked("tcgetattr", undefined, () => libcRare().tcgetattr(fd, settings));
  return settings;
}

/** @throws SysError */
export function setTerminalSettings(fd: number, settings: Uint8Array): void {
  checked("tcsetattr", undefined, () => libcRare().tcsetattr(fd, TCSANOW, settings));
}

/** The same settings in raw mode: every byte passes as it is, at once. cfmakeraw(3) */
export function rawSettings(settings: Uint8Array): Uint8Array {
  return changed(settings, (view) => {
    view.setUint32(0, view.getUint32(0, true) & ~rawInputClear, true);
    view.setUint32(4, view.getUint32(4, true) & ~OPOST, true);
    view.setUint32(8, (view.getUint32(8, true) & ~CSIZE_PARENB) | CS8, true);
    view.setUint32(12, view.getUint32(12, true) & ~rawLocalClear, true);
    view.setUint8(vTimeOffset, 0);
    view.setUint8(vMinOffset, 1);
  });
}

/** The same settings without ONLCR: a newline of the program stays one byte; the outer terminal adds the return. */
export function withoutNewlineTranslation(settings: Uint8Array): Uint8Array {
  return changed(settings, (view) => view.setUint32(4, view.getUint32(4, true) & ~ONLCR, true));
}

function changed(settings: Uint8Array, change: (view: DataView) => void): Uint8Array {
  const copy = new Uint8Array(new ArrayBuffer(64));
  copy.set(settings.subarray(0, termiosSize));
  change(new DataView(copy.buffer));
  return copy;
}

/** Gives `to` the window size of `from`. @throws SysError */
export function copyWindowSize(from: number, to: number): void {
  const size = new Uint8Array(new ArrayBuffer(64));
  checked("ioctl", "TIOCGWINSZ", () => libcRare().ioctl(from, TIOCGWINSZ, size));
  checked("ioctl", "TIOCSWINSZ", () => libcRare().ioctl(to, TIOCSWINSZ, size));
}
