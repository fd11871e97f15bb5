import { SpanKind } from "@opentelemetry/api";
import type { Fields } from "../../json.ts";
import { openSpan } from "../../open-span.ts";
import { within } from "../../scope.ts";
import { type Begin, finish } from "./begin.ts";

/** Handoffs, guardrails, lists of MCP tools, the application's own spans: the conventions have no words for them. */
export const beginOther: Begin = (begun) => {
  const { tracing, data, around } = begun;
  const open = within(around, () => openSpan(tracing, nameOf(data), SpanKind.INTERNAL, {}));
  return {
    scope: { ...around, span: open.span },
    end() {
      // To whom an agent hands over is known only now.
      open.span.updateName(nameOf(data));
      finish(open, begun);
    },
  };
};

function nameOf({ type, name, server, from_agent, to_agent }: Fields): string {
  const words = type === "handoff" ? [type, from_agent, "to", to_agent] : [type, name ?? server];
  return words.filter((word) => typeof word === "string").join(" ");
}
