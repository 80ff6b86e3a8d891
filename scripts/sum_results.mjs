// Adds up the results of every test runner: "N passed, N failed, N skipped" is the last line.
//   sum_results.mjs DIRECTORY   holds vitest.json and *.txt files with such a line of their own
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const directory = process.argv[2];
const sum = { passed: 0, failed: 0, skipped: 0 };
let vitestSeen = false;

for (const name of readdirSync(directory)) {
  const text = readFileSync(join(directory, name), "utf8");
  if (name === "vitest.json") {
    const report = JSON.parse(text);
    sum.passed += report.numPassedTests;
    sum.failed += report.numFailedTests;
    sum.skipped += report.numPendingTests + report.numTodoTests;
    // A file that does not even load has no tests that could fail.
    sum.failed += report.testResults.filter(
      (file) => file.status === "failed" && file.assertionResults.length === 0,
    ).length;
    vitestSeen = true;
    continue;
  }
  for (const line of text.matchAll(/^(?:\w+: )?(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$/gm)) {
    sum.passed += Number(line[1]);
    sum.failed += Number(line[2]);
    sum.skipped += Number(line[3] ?? 0);
  }
}
if (!vitestSeen) sum.failed += 1;
console.log(`${sum.passed} passed, ${sum.failed} failed, ${sum.skipped} skipped`);
process.exit(sum.failed === 0 ? 0 : 1);
