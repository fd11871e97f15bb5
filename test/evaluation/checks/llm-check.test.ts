import { describe, expect, it } from "vitest";
import { llmCheck } from "../../../src/evaluation/checks/llm-check.ts";
import type { ModelClient, ModelReply, ModelRequest } from "../../../src/evaluation/model-client.ts";

interface Recorded {
  readonly client: ModelClient;
  readonly requests: readonly ModelRequest[];
}

function replying(reply: ModelReply): Recorded {
  const requests: ModelRequest[] = [];
  return {
    requests,
    client: {
      async ask(request) {
        requests.push(request);
        return reply;
      },
    },
  };
}

describe("AI-3 llmCheck", () => {
  it("fills the template, asks once and gives what is made of the reply", async () => {
    const { client, requests } = replying({ status: 200, text: "yes" });
    const result = await llmCheck({
      client,
      template: "Is {{it}} {key}?",
      variables: { key: "{value}" },
      postProcess: ({ text }) => text === "yes",
    });
    expect(result).toBe(true);
    expect(requests).toEqual([{ prompt: "Is {it} {value}?" }]);
  });

  it.each([500, 429, 201])(
    "rejects with 050000 when the status is %d, and makes nothing of the reply",
    async (status) => {
      const { client } = replying({ status, text: "yes", error: "down" });
      const check = llmCheck({
        client,
        template: "{key}",
        variables: { key: "value" },
        postProcess: () => expect.fail(),
      });
      await expect(check).rejects.toMatchObject({ code: "050000", name: "EvaluationError" });
      await expect(check).rejects.toThrow(`status ${status}): down`);
    },
  );

  it("asks nothing when a variable is missing", async () => {
    const { client, requests } = replying({ status: 200 });
    const check = llmCheck({ client, template: "{other}", variables: { key: "value" }, postProcess: () => true });
    await expect(check).rejects.toMatchObject({ code: "050008", name: "InvalidInputError" });
    expect(requests).toEqual([]);
  });
});
