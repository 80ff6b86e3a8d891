/**
 * The files of procfs that a mount may cover: they hold numbers about the machine, which tools such as lxcfs
 * replace by the container's. Anything else there tells a runtime or a security module about processes.
 */
const files: ReadonlySet<string> = new Set(
  [
    "cpuinfo",
    "diskstats",
    "loadavg",
    "meminfo",
    "slabinfo",
    "stat",
    "swaps",
    "sys/crypto/fips_enabled",
    "sys/kernel/ns_last_pid",
    "uptime",
  ].map((name) => `/proc/${name}`),
);

/** Whether a destination, as the config writes it, is one of them. init looks where it leads. */
export function isCoverableProcFile(destination: string): boolean {
  const parts = destination.split("/").filter((part) => part !== "" && part !== ".");
  return files.has(`/${parts.join("/")}`);
}
