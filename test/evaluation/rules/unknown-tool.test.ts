import { unknownTool } from "../../../src/evaluation/rules/unknown-tool.ts";
import { tool, user, uses } from "../conversation.ts";
import { describeRule } from "./describe-rule.ts";

const offered = [tool("orders.get_status"), tool("cancel_order")];

describeRule(unknownTool, {
  fires: [
    {
      name: "a tool that was not offered",
      messages: [user("Refund it"), uses("refund_order", {}, "ok")],
      tools: offered,
      expect: { severity: "soft", dimension: "wrong_tool_usage", toolCall: 0 },
      reasoning: /"refund_order".*2 tools/,
    },
    {
      name: "a name of the prototype",
      messages: [user("Refund it"), uses("constructor", {}, "ok")],
      tools: offered,
    },
  ],
  silent: [
    { name: "an offered tool", messages: [user("Cancel it"), uses("cancel_order", {}, "ok")], tools: offered },
    {
      name: "a name in which an API replaced the dot",
      messages: [user("Status?"), uses("orders_get_status", {}, "ok")],
      tools: offered,
    },
    {
      name: "a tool that the provider ran",
      messages: [
        user("What is new?"),
        [{ role: "assistant", content: [{ type: "server_tool_use", id: "s1", name: "web_search", input: {} }] }],
      ],
      tools: offered,
    },
    {
      name: "any tool when the offered ones are not known",
      messages: [user("Refund it"), uses("refund_order", {}, "ok")],
    },
  ],
});
