import { O_RDWR } from "./constants.ts";
import { close } from "./files.ts";
import { checked, cString, libc } from "./libc.ts";

/**
 * Opens /dev/null on those of the descriptors 0 to 2 that are closed, so that nothing else lands there: a
 * container would get it as its stdin or stdout. The executable's entry stub does this for commands; a
 * program that uses the library may have closed them. @throws SysError
 */
export function fillStandardDescriptors(): void {
  const path = cString("/dev/null");
  for (;;) {
    const fd = checked("open", "/dev/null", () => libc.open(path, O_RDWR, 0));
    if (fd <= 2) continue;
    close(fd);
    return;
  }
}
