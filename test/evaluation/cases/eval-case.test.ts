import { describe, expect, it } from "vitest";
import { evalCaseSchema, evalCasesSchema } from "../../../src/evaluation/cases/eval-case.ts";

describe("a case", () => {
  it("needs an id and an input", () => {
    expect(evalCaseSchema.parse({ id: "a", input: "hi" })).toMatchObject({
      id: "a",
      inputs: ["hi"],
      expectedTools: [],
      validators: [],
      metadata: {},
    });
  });

  it("may have several inputs, one a turn, and expectations", () => {
    const written = {
      id: "refund",
      input: ["Where is my order?", "Cancel it"],
      expected_output: "cancelled",
      expected_tools: ["cancel_order"],
      steps_needed: 3,
      threshold: 0.9,
      validators: [{ type: "contains", texts: ["cancelled"] }],
      metadata: { owner: "support" },
    };
    expect(evalCaseSchema.parse(written)).toMatchObject({
      inputs: ["Where is my order?", "Cancel it"],
      expectedOutput: "cancelled",
      expectedTools: ["cancel_order"],
      stepsNeeded: 3,
      threshold: 0.9,
      validators: [{ type: "contains", texts: ["cancelled"] }],
      metadata: { owner: "support" },
    });
  });

  it.each([
    ["no input", { id: "a" }, "input"],
    ["an empty input", { id: "a", input: "" }, "input"],
    ["no turns", { id: "a", input: [] }, "input"],
    ["an id that could end a table's cell", { id: "a|b", input: "x" }, "id"],
    ["an id of markup", { id: "<b>", input: "x" }, "id"],
    ["an id on two lines", { id: "a\nb", input: "x" }, "id"],
    ["a threshold above 1", { id: "a", input: "x", threshold: 70 }, "threshold"],
    ["a validator that there is none of", { id: "a", input: "x", validators: [{ type: "magic" }] }, "validators"],
  ])("is refused with %s", (_what, written, place) => {
    const { error } = evalCaseSchema.safeParse(written);
    expect(error?.issues.map(({ path }) => path[0])).toContain(place);
  });

  it("is refused with a key that is not known", () => {
    const { error } = evalCaseSchema.safeParse({ id: "a", input: "x", expected: "y" });
    expect(error?.issues).toMatchObject([{ code: "unrecognized_keys", keys: ["expected"] }]);
  });
});

describe("the cases of a file", () => {
  it("have no id twice: the second is named, and says where the first is", () => {
    const { error } = evalCasesSchema.safeParse(["a", "b", "a"].map((id) => ({ id, input: "x" })));
    expect(error?.issues).toMatchObject([{ path: [2, "id"], message: "is also the id of case 1" }]);
  });

  it("are at least one", () => {
    expect(evalCasesSchema.safeParse([]).success).toBe(false);
  });
});
