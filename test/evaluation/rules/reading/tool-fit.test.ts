import { describe, expect, it } from "vitest";
import { readOfferedTools } from "../../../../src/evaluation/rules/reading/offered-tools.ts";
import { readRequest } from "../../../../src/evaluation/rules/reading/request.ts";
import { fitOf, fittingTool, isFillable } from "../../../../src/evaluation/rules/reading/tool-fit.ts";
import type { JsonValue } from "../../../../src/model/session.ts";

const toolOf = (name: string, properties: { readonly [key: string]: JsonValue } = {}, description = "") => {
  const parameters = { type: "object", properties, required: Object.keys(properties) };
  const [tool] = readOfferedTools([{ name, description, parameters }]).values();
  if (tool === undefined) throw new Error("no tool");
  return tool;
};
const weather = toolOf("get_weather", { city: { type: "string" } }, "The weather of a city.");
const area = toolOf("triangle_area", { base: { type: "number" }, height: { type: "number" } });

describe("fitOf", () => {
  it("is high when the request speaks of the tool, and zero when it does not", () => {
    expect(fitOf(weather, readRequest("The weather in Lisbon"))).toBe(1.5);
    expect(fitOf(area, readRequest("The weather in Lisbon"))).toBe(0);
  });
  it("finds the tool that fits best, if one does", () => {
    expect(fittingTool([area, weather], readRequest("The weather in Lisbon"))).toBe(weather);
    expect(fittingTool([area, weather], readRequest("Who wrote the Iliad?"))).toBeUndefined();
  });
});

describe("isFillable", () => {
  const color = toolOf("paint", { color: { type: "string", enum: ["red", "dark blue"] } });
  const day = toolOf("book", { start_date: { type: "string" } });
  it.each([
    ["two numbers for two", area, "A triangle with base 3 and height 4", true],
    ["numbers in words", area, "A triangle with base three and height four", true],
    ["one number for two", area, "A triangle with base 3", false],
    ["a name for a text", weather, "The weather in Lisbon", true],
    ["nothing for a text", weather, "What is the weather like?", false],
    ["one of the choices", color, "Paint it blue", true],
    ["none of the choices", color, "Paint it", false],
    ["a day", day, "Book it for tomorrow", true],
    ["no day", day, "Book it", false],
    ["a flag", toolOf("list", { all: { type: "boolean" } }), "List them", true],
  ])("%s", (_name, tool, text, expected) => {
    expect(isFillable(tool, readRequest(text))).toBe(expected);
  });
});
