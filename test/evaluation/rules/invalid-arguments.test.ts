import { invalidArguments } from "../../../src/evaluation/rules/invalid-arguments.ts";
import { tool, user, uses } from "../conversation.ts";
import { describeRule } from "./describe-rule.ts";

const tools = [
  tool(
    "book",
    {
      people: { type: "integer" },
      cabin: { enum: ["economy", "business"] },
      code: { type: "string", pattern: "^[A-Z]{3}$" },
    },
    ["people"],
  ),
  tool("plot", {
    size: { type: "float" },
    points: { type: "list", items: { type: "int" } },
    options: { type: "dict" },
  }),
  {
    type: "function",
    function: { name: "open", parameters: { type: "object", properties: {}, additionalProperties: true } },
  },
  { type: "function", function: { name: "bare" } },
];
const ask = user("Go ahead");

describeRule(invalidArguments, {
  fires: [
    {
      name: "a missing argument",
      messages: [ask, uses("book", {}, "ok")],
      tools,
      expect: { severity: "soft", toolCall: 0 },
      reasoning: /"people"/,
    },
    {
      name: "a wrong type",
      messages: [ask, uses("book", { people: "two" }, "ok")],
      tools,
      reasoning: /"people".*integer/,
    },
    {
      name: "a value outside the enum",
      messages: [ask, uses("book", { people: 2, cabin: "first" }, "ok")],
      tools,
      reasoning: /"cabin"/,
    },
    {
      name: "a text that does not fit its pattern",
      messages: [ask, uses("book", { people: 2, code: "boston" }, "ok")],
      tools,
      reasoning: /"code"/,
    },
    {
      name: "a parameter the tool does not have",
      messages: [ask, uses("book", { people: 2, meal: "vegan" }, "ok")],
      tools,
      reasoning: /no parameter "meal"/,
    },
    {
      name: "arguments that are no object",
      messages: [ask, uses("book", "people=2", "ok")],
      tools,
      reasoning: /not a JSON object/,
    },
    {
      name: "a wrong type under Python's type names",
      messages: [ask, uses("plot", { points: ["a"] }, "ok")],
      tools,
      reasoning: /points/,
    },
  ],
  silent: [
    {
      name: "fitting arguments",
      messages: [ask, uses("book", { people: 2, cabin: "economy", code: "BOS" }, "ok")],
      tools,
    },
    {
      name: "Python's type names",
      messages: [ask, uses("plot", { size: 1, points: [1, 2], options: {} }, "ok")],
      tools,
    },
    {
      name: "additional arguments where the schema allows them",
      messages: [ask, uses("open", { anything: 1 }, "ok")],
      tools,
    },
    {
      name: "no arguments for a tool without parameters",
      messages: [ask, uses("bare", {}, "ok"), uses("bare", "", "ok")],
      tools,
    },
    {
      name: "arguments that were not recorded",
      messages: [ask, uses("book", {}, "ok")],
      tools,
      change: (session) => ({
        ...session,
        turns: session.turns.map((turn) => ({ ...turn, flags: ["content_missing"] })),
      }),
    },
    {
      name: "a tool that was not offered, which is another rule's business",
      messages: [ask, uses("other", { a: 1 }, "ok")],
      tools,
    },
  ],
});
