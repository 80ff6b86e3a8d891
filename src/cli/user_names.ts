/** The name of a user by the text of /etc/passwd, or `#1000` for one that has none. */
export function userName(passwd: string, uid: number): string {
  for (const line of passwd.split("\n")) {
    const [name, , id] = line.split(":");
    if (id === String(uid) && name) return name;
  }
  return `#${uid}`;
}
