import { RuntimeError } from "../errors.ts";
import { isInheritedDescriptor } from "../sys/engine.ts";

/** The protocol of sd_listen_fds(3): the number of sockets from 3 up that were passed to this very process. */
export function listenFdsCount(env: Readonly<Record<string, string | undefined>>): number {
  if (env.LISTEN_PID !== `${process.pid}`) return 0;
  const count = Number(env.LISTEN_FDS);
  return Number.isInteger(count) && count > 0 ? count : 0;
}

/**
 * `--preserve-fds N` passes N descriptors on, from 3 up and after the `listenFds` of socket activation. Each
 * must have come from the caller.
 *
 * @returns how many descriptors from 3 up the container gets
 * @throws RuntimeError naming the first that is missing
 */
export function countPreservedFds(preserveFds: number, listenFds: number): number {
  const count = preserveFds + listenFds;
  for (let fd = 3; fd < 3 + count; fd++) {
    if (isInheritedDescriptor(fd)) continue;
    throw new RuntimeError("usage", `unable to stat preserved-fd ${fd - 2} (of ${count}): it is not open`, {
      at: "--preserve-fds",
    });
  }
  return count;
}
