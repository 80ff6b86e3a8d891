/** `it` with a runtime of its own for every test, disposed of afterwards whatever happened. */
import { test } from "vitest";
import { type CgroupView, Runtime } from "./runtime.ts";

interface Fixtures {
  /** `it.override({ view })` chooses for a whole describe. */
  readonly view: CgroupView;
  readonly runtime: Runtime;
}

export const it = test.extend<Fixtures>({
  view: "host",
  runtime: async ({ view }, use) => {
    const runtime = new Runtime(view);
    try {
      await use(runtime);
    } finally {
      runtime.dispose();
    }
  },
});
