// What the programs of the matrix share. They are run with and without instrumentation and print all that they can see.
import { flush, tool, withSession } from "@turnwise/instrumentation";

// oxlint-disable no-console -- a program that prints what it sees
export const print = (...values) =>
  console.log(...values.map((value) => (typeof value === "string" ? value : JSON.stringify(value))));

/** The program's only tool, for libraries that run tools themselves. */
export async function lookUpWeather({ city }) {
  if (city === "Atlantis") throw new Error("no station in Atlantis");
  return { city, sky: "sunny" };
}

/** The same, recorded, for programs that run their tools themselves. What it throws is told to the model as a text. */
const recorded = tool("get_weather", lookUpWeather);
export async function runTool(toolArguments) {
  try {
    return JSON.stringify(await recorded(toolArguments));
  } catch (error) {
    return `Error: ${error.message}`;
  }
}

export const weatherSchema = {
  type: "object",
  properties: { city: { type: "string" } },
  required: ["city"],
  additionalProperties: false,
};

/** Holds the conversation: `ask(user)` is one turn. What it throws is printed, and the conversation goes on. */
export async function converse({ conversation, users }, ask) {
  await withSession(conversation, async () => {
    for (const user of users) {
      try {
        print("reply", (await ask(user)) ?? "none");
      } catch (error) {
        print("error", error.constructor.name, error.message.replaceAll(/\d{4,}/g, "N"));
      }
    }
  });
  await flush(30_000);
}

/** The same with Anthropic's content blocks: `answer()` gives a message, or nothing when the program stopped reading. */
export async function converseInBlocks(cell, messages, answer) {
  await converse(cell, async (user) => {
    messages.push({ role: "user", content: user });
    for (;;) {
      const message = await answer();
      if (message === undefined) return "stopped reading";
      messages.push({ role: "assistant", content: message.content });
      const calls = message.content.filter(({ type }) => type === "tool_use");
      if (calls.length === 0) return message.content.map(({ text }) => text).join("");
      const results = [];
      for (const { id, input } of calls)
        results.push({ type: "tool_result", tool_use_id: id, content: await runTool(input) });
      messages.push({ role: "user", content: results });
    }
  });
}
