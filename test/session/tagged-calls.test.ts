import { describe, expect, it } from "vitest";
import { readTaggedCalls, readTaggedResults } from "../../src/session/tagged-calls.ts";
import { processorMs } from "../support/processor-ms.ts";

const tag = (body: string) => `<tool_call>${body}</tool_call>`;
const x = { name: "x", arguments: { a: 1 } };

describe("calls in tags", () => {
  it.each<[string, string, object[], string]>([
    ["one, with text around it", `Let me see. ${tag(JSON.stringify(x))} Wait.`, [x], "Let me see.  Wait."],
    [
      "several",
      tag('{"name":"x","arguments":{"a":1}}') + tag('\n{"name":"y"}\n'),
      [x, { name: "y", arguments: {} }],
      "",
    ],
    ["arguments as text", tag('{"name":"x","arguments":"{\\"a\\":1}"}'), [x], ""],
    ["arguments under the name of parameters", tag('{"name":"x","parameters":{"a":1}}'), [x], ""],
    ["OpenAI's own shape", tag('{"type":"function","function":{"name":"x","arguments":"{\\"a\\":1}"}}'), [x], ""],
    [
      "a list of calls in one tag",
      tag('[{"name":"x","arguments":{"a":1}},{"name":"y"}]'),
      [x, { name: "y", arguments: {} }],
      "",
    ],
    ["a fence within the tag", tag('\n```json\n{"name":"x","arguments":{"a":1}}\n```\n'), [x], ""],
    ["no end of the tag", 'Now: <tool_call>{"name":"x","arguments":{"a":1}}', [x], "Now:"],
    ["no end of the tag, and text behind", '<tool_call>{"name":"x","arguments":{"a":1}}\nDone.', [x], "Done."],
    [
      "no end of the first of two",
      `<tool_call>{"name":"y"} ${tag(JSON.stringify(x))}`,
      [{ name: "y", arguments: {} }, x],
      "",
    ],
    [
      "the tag's end within a text",
      tag('{"name":"x","arguments":{"a":"</tool_call>\\"}"}}'),
      [{ name: "x", arguments: { a: '</tool_call>"}' } }],
      "",
    ],
    ["braces within a text", tag('{"name":"x","arguments":{"a":"}{"}}'), [{ name: "x", arguments: { a: "}{" } }], ""],
  ])("are read: %s", (_what, text, calls, left) => {
    expect(readTaggedCalls(text)).toEqual({ text: left, calls });
  });

  const call = tag(JSON.stringify(x));
  it.each([
    ["what is no JSON", tag("nothing")],
    ["JSON that names no tool", tag('{"arguments":{}}')],
    ["JSON that is cut off", '<tool_call>{"name":"x","arguments":{"a":'],
    ["a fenced code block", `Write:\n\`\`\`xml\n${call}\n\`\`\`\nlike that`],
    ["a block of tildes", `~~~\n${call}\n~~~`],
    ["a block without an end", `\`\`\`\n${call}`],
    ["a block in which shorter fences stand", `\`\`\`\`md\n\`\`\`\n${call}\n\`\`\`\n${call}\n\`\`\`\``],
    ["backticks", `Write \`${call}\` like that`],
    ["no tag", "Nothing to call."],
  ])("are not %s", (_what, text) => {
    expect(readTaggedCalls(text)).toEqual({ text, calls: [] });
  });

  it("are read behind a code block that has ended", () => {
    expect(readTaggedCalls(`\`\`\`\n${call}\n\`\`\`\n${call}`)).toEqual({
      text: `\`\`\`\n${call}\n\`\`\``,
      calls: [x],
    });
  });

  it.each<[string, string]>([
    ["open tags", "<tool_call>"],
    ["open tags with an open object", '<tool_call>{"a":"'],
    ["open tags with open lists", "<tool_call>[[["],
    ["fences", "```\n<tool_call>{\n"],
    ["calls", '<tool_call>{"name":"x"}</tool_call>'],
  ])("cost time in proportion to the text: many %s", (_what, piece) => {
    const stepsFor = (times: number) => {
      const text = piece.repeat(times);
      let least = Number.POSITIVE_INFINITY;
      for (let n = 0; n < 5; n++)
        least = Math.min(
          least,
          processorMs(() => readTaggedCalls(text)),
        );
      return least;
    };
    // Ten times the text; a quadratic reader takes a hundred times as long.
    expect(stepsFor(100_000)).toBeLessThan(stepsFor(10_000) * 40 + 20);
  });
});

describe("results in tags", () => {
  it.each<[string, string, object[], string]>([
    ["a text", "<tool_response>fine</tool_response>", [{ content: "fine" }], ""],
    ["JSON", '<tool_response>\n{"a":1}\n</tool_response>', [{ content: { a: 1 } }], ""],
    [
      "with the tool's name",
      '<tool_response>{"name":"x","content":{"a":1}}</tool_response>',
      [{ name: "x", content: { a: 1 } }],
      "",
    ],
    ["an error", "<tool_response>Error: no</tool_response>", [{ error: "Error: no" }], ""],
    [
      "several, and words of the user's",
      "<tool_response>1</tool_response> <tool_response>2</tool_response> and now?",
      [{ content: "1" }, { content: "2" }],
      "and now?",
    ],
    ["without an end", "<tool_response>fine", [{ content: "fine" }], ""],
  ])("are read: %s", (_what, text, results, left) => {
    expect(readTaggedResults(text)).toEqual({ text: left, results });
  });

  it("are none in a text without the tag", () => {
    expect(readTaggedResults(" as it is ")).toEqual({ text: " as it is ", results: [] });
  });
});
