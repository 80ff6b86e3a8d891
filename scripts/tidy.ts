/**
 * House rules that a compiler does not know, each with its reason. Prints every breach and exits 1.
 */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";

const root = join(import.meta.dirname, "..");

/**
 * Data flows one way: a room imports only from rooms above it in this list (rooms of one line are apart from
 * each other). Files directly in src/ have a place of their own.
 */
const order: readonly (readonly string[])[] = [
  ["errors.ts", "errno.ts", "logger.ts"],
  ["spec"],
  ["plan"],
  ["namespaces", "rootfs", "process"],
  ["compile.ts", "compile_exec.ts"],
  ["print_plan.ts", "features.ts"],
  ["sys"],
  ["cgroups"],
  ["lifecycle"],
  ["cli", "index.ts"],
];

/** Rooms without I/O: they see no host, no clock, no environment. */
const pureRooms = new Set([
  "spec",
  "plan",
  "namespaces",
  "rootfs",
  "process",
  "compile.ts",
  "compile_exec.ts",
  "print_plan.ts",
  "features.ts",
]);

const limits: readonly { readonly pattern: RegExp; readonly lines: number }[] = [
  { pattern: /\.test\.ts$/, lines: 400 },
  { pattern: /\.ts$/, lines: 300 },
  { pattern: /\.[ch]$/, lines: 400 },
];

const breaches: string[] = [];

function filesBelow(directory: string): string[] {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name);
    return entry.isDirectory() ? filesBelow(path) : [path];
  });
}

function checkLength(path: string, text: string): void {
  if (/\.gen\.|\/(ops|types|command_table)\.ts$/.test(path)) return;
  const limit = limits.find(({ pattern }) => pattern.test(path));
  const lines = text.split("\n").length - 1;
  if (limit !== undefined && lines > limit.lines) {
    breaches.push(`${path}: ${lines} lines, more than ${limit.lines}: a file does one thing (rule: small)`);
  }
}

function roomOf(path: string): string {
  return relative(join(root, "src"), path)
    .split("/")[0]!
    .replace(/\.test\.ts$/, ".ts");
}

const imports = new Map<string, string[]>();

function checkImports(path: string, text: string): void {
  const room = roomOf(path);
  const level = order.findIndex((rooms) => rooms.includes(room));
  if (level === -1) breaches.push(`${path}: the room ${room} has no place in the order (rule: one way)`);
  const targets: string[] = [];
  for (const match of text.matchAll(/^(?:import|export)[^;]*?from "(\.[^"]+)"|import\("(\.[^"]+)"\)/gms)) {
    const target = resolve(dirname(path), (match[1] ?? match[2])!);
    if (!/^import type/.test(match[0])) targets.push(target);
    const targetRoom = roomOf(target);
    const targetLevel = order.findIndex((rooms) => rooms.includes(targetRoom));
    if (targetRoom !== room && targetLevel >= level) {
      breaches.push(`${path}: imports ${targetRoom}, which stands below ${room} (rule: one way)`);
    }
  }
  imports.set(path, targets);
  if (path.endsWith(".test.ts")) return;
  if (pureRooms.has(room) && /from "node:|\bprocess\.(cwd\(|pid\b)|Date\.now/.test(text)) {
    breaches.push(`${path}: asks the host in a pure room (rule: facts in, plan out)`);
  }
  if (room !== "sys" && /from "(koffi|bun:ffi|node:fs|node:child_process)"/.test(text)) {
    breaches.push(`${path}: goes to the kernel past src/sys (rule: one door)`);
  }
}

/** A cycle means that two files cannot be understood apart. */
function checkCycles(): void {
  const done = new Set<string>();
  const visit = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) {
      breaches.push(
        `import cycle: ${[...trail.slice(trail.indexOf(path)), path].map((p) => relative(root, p)).join(" → ")}`,
      );
      return;
    }
    if (done.has(path)) return;
    for (const target of imports.get(path) ?? []) visit(target, [...trail, path]);
    done.add(path);
  };
  for (const path of imports.keys()) visit(path, []);
}

/** Whatever is in the tree speaks of the project alone. */
function checkWords(path: string, text: string): void {
  if (/"resolved": "http/.test(text)) breaches.push(`${path}: names a download address`);
}

for (const directory of ["src", "native", "scripts", "conformance", "test"]) {
  for (const path of filesBelow(join(root, directory))) {
    if (!/\.(ts|c|h|json)$/.test(path)) continue;
    const text = readFileSync(path, "utf8");
    checkLength(path, text);
    if (directory === "src" && path.endsWith(".ts")) checkImports(path, text);
  }
}
checkWords("package-lock.json", readFileSync(join(root, "package-lock.json"), "utf8"));
checkCycles();

for (const breach of breaches) console.error(breach.replace(`${root}/`, ""));
process.exit(breaches.length === 0 ? 0 : 1);
