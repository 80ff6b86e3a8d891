/**
 * The directories and the file below /proc/sys that a key names: "net.ipv4.ip_forward" → net, ipv4,
 * ip_forward. As with sysctl(8), the first separator decides which of "." and "/" separates; the other one
 * stands for a dot in a name. Undefined when the key would leave /proc/sys or name nothing.
 */
export function sysctlComponents(key: string): readonly string[] | undefined {
  const dot = key.indexOf(".");
  const slash = key.indexOf("/");
  if (dot < 0 && slash < 0) return undefined;
  const slashSeparates = dot < 0 || (slash >= 0 && slash < dot);
  const components: string[] = [];
  for (const part of key.split(slashSeparates ? "/" : ".")) {
    const name = slashSeparates || slash < 0 ? part : part.replaceAll("/", ".");
    if (name === "" || name === "." || name === "..") return undefined;
    components.push(name);
  }
  return components;
}
