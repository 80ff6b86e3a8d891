import { describe, expect, it } from "vitest";
import { UndoStack } from "./undo.ts";

describe("UndoStack", () => {
  it("undoes the newest step first, once", () => {
    const done: number[] = [];
    const undo = new UndoStack();
    for (const step of [1, 2, 3]) undo.push(() => done.push(step));
    expect(undo.undo()).toEqual([]);
    undo.undo();
    expect(done).toEqual([3, 2, 1]);
  });

  it("goes on after a step that fails, and tells of it", () => {
    const done: string[] = [];
    const undo = new UndoStack();
    undo.push(() => done.push("first"));
    undo.push(() => {
      throw new Error("second");
    });
    expect(undo.undo().map(String)).toEqual(["Error: second"]);
    expect(done).toEqual(["first"]);
  });

  it("does nothing when all went well", () => {
    const undo = new UndoStack();
    undo.push(() => {
      throw new Error("undone");
    });
    undo.forget();
    expect(undo.undo()).toEqual([]);
  });
});
