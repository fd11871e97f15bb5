import { describe, expect, it } from "vitest";
import { explanationSchema } from "../../src/api/explanation-contract.ts";
import { toSnakeCase } from "../../src/api/snake-case.ts";
import { renderExplanation } from "../../src/cli/render-explanation.ts";
import { plain } from "../../src/cli/terminal.ts";
import { readListPrices } from "../../src/cost/read-price-file.ts";
import type { Span } from "../../src/model/span.ts";
import { explainSession } from "../../src/session/explain/explain-session.ts";
import { chat, spanAt } from "../support/conversation-spans.ts";

function render(spans: readonly Span[], { values = false, conversationId = "conv-1" } = {}): string {
  const explanation = explainSession({ spans, logRecords: [] }, { conversationId, prices: [readListPrices()], values });
  const answer = explanationSchema.parse(
    toSnakeCase({ session: "4f2a", source: "otlp", version: "9.9.9", ...explanation }),
  );
  return renderExplanation(answer, { paint: plain, width: 100 });
}

const used = {
  "gen_ai.conversation.id": "conv-1",
  "gen_ai.provider.name": "openai",
  "gen_ai.usage.input_tokens": 1000n,
  "gen_ai.usage.output_tokens": 100n,
};

describe("an explanation for reading", () => {
  it("says in words where everything is from", () => {
    const text = render([
      chat({ id: 1, at: 0, name: "chat gpt-4o-mini", more: used }, [{ user: "hi" }], { assistant: "hello" }),
      spanAt({ id: 2, at: 1, name: "GET /" }, { "http.request.method": "GET" }),
    ]);
    expect(
      text.split("\n").map((line) => line.replace(/\[[0-9a-f]+\]/, "[span]").replace(/[0-9a-f]{32}/, "TRACE")),
    ).toEqual([
      "How session 4f2a was built  turnwise 9.9.9",
      "  source        otlp",
      "  conversation  conv-1, named by gen_ai.conversation.id of chat gpt-4o-mini [span]",
      "  user          no span names one",
      "  agent         no span names one",
      "",
      "  trace         TRACE, 2 spans: has the conversation's id",
      "",
      "Turn 1",
      "  starts        it has the first model call",
      "  user          2 characters, from the model call chat gpt-4o-mini [span]:",
      "                gen_ai.input.messages",
      "  model call    chat gpt-4o-mini [span], read as gen_ai",
      "    input       1 message: gen_ai.input.messages",
      "    output      1 message: gen_ai.output.messages",
      "    tokens      1,000 in, 100 out, from gen_ai.usage.input_tokens, gen_ai.usage.output_tokens",
      "    cost        $0.00021, at the price of gpt-4o-mini in list prices of 2024-10-01",
      "  reply         5 characters, from the model call chat gpt-4o-mini [span]:",
      "                gen_ai.output.messages",
      "",
      "Spans",
      "  span          chat gpt-4o-mini [span] of trace TRACE, scope",
      "                test",
      "                gen_ai, model · turn 1 · model call",
      "                - gen_ai.conversation.id: text of 6, read for conversation_id",
      "                - gen_ai.input.messages: text of 58, read for input",
      "                - gen_ai.output.messages: text of 66, read for output",
      "                - gen_ai.provider.name: text of 6, read for provider",
      "                - gen_ai.request.model: text of 11, read for model",
      "                - gen_ai.usage.input_tokens: number of 1, read for usage",
      "                - gen_ai.usage.output_tokens: number of 1, read for usage",
      "                - gen_ai.operation.name: text of 4",
      "  span          GET / [span] of trace TRACE, scope test",
      "                no agent's span · turn 1 · not used but for its place",
      "                - http.request.method: text of 3",
      "",
    ]);
  });

  it("lets nothing of what agents wrote reach the terminal unescaped", () => {
    const evil = "\u001b[2J\u0007\u202eevil\r\n";
    const text = render(
      [
        chat(
          { id: 1, at: 0, name: evil, error: evil, more: { ...used, [evil]: evil, "gen_ai.request.model": evil } },
          [{ user: evil }],
          { calls: [{ id: evil, name: evil }] },
        ),
      ],
      { values: true, conversationId: evil },
    );
    expect(text).toContain("\\x1b[2J");
    // oxlint-disable-next-line no-control-regex -- what must not be there
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
  });

  it.each([
    ["no price", { ...used, "gen_ai.request.model": "mine" }, "unknown: no price for mine of openai"],
    ["a tier", { ...used, "openai.response.service_tier": "flex" }, "unknown: a service tier with prices of its own"],
    ["its own cost", { ...used, "gen_ai.usage.cost": 0.5 }, "$0.50, as the span says: gen_ai.usage.cost"],
    ["no tokens", { "gen_ai.conversation.id": "conv-1" }, "unknown: no tokens reported"],
  ])("tells what a call with %s costs", (_what, more, words) => {
    expect(render([chat({ id: 1, at: 0, more }, [{ user: "hi" }], { assistant: "hello" })])).toContain(words);
  });
});
