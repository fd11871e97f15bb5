/** The spans behind a session: what each was taken for, and what it carried. */
import type { Explanation } from "@turnwise/client";
import { count, integer } from "./quantities.ts";
import type { Layout } from "./render-block.ts";
import { line, spanName } from "./render-line.ts";

type SpanDetail = Explanation["spans"][number];
type Attribute = SpanDetail["attributes"][number];

const uses: Readonly<Record<SpanDetail["use"], string>> = {
  model_call: "model call",
  tool_call: "tool call",
  wrapper: "agent around calls",
  same_call_again: "the model call above, once more; not counted",
  attempt: "failed attempt; not counted",
  sub_agent: "sub-agent of the tool above",
  tree: "not used but for its place",
  other_conversation: "of another conversation; not used",
};

export function renderSpans({ spans, omitted }: Explanation, layout: Layout): string[] {
  return [
    layout.paint("bold", "Spans"),
    ...spans.flatMap((span) => renderSpan(span, layout)),
    ...(omitted.spans > 0 ? [`${count(omitted.spans, "more span")} not shown`] : []),
  ];
}

function renderSpan(span: SpanDetail, layout: Layout): string[] {
  const facts = [
    span.dialect === undefined ? "no agent's span" : `${span.dialect}, ${span.kind}`,
    span.turn === undefined ? "" : `turn ${span.turn}`,
    uses[span.use],
    span.dropped_attributes === 0 ? "" : `${count(span.dropped_attributes, "attribute")} dropped by the sender`,
    span.log_records === 0 ? "" : count(span.log_records, "log record"),
    span.events.length === 0 ? "" : `events ${span.events.join(", ")}`,
  ];
  const more =
    span.more_attributes === 0 ? [] : line("", `and ${count(span.more_attributes, "more attribute")}`, layout);
  return [
    ...line("span", `${spanName(span)} of trace ${span.trace_id}, scope ${span.scope || "none"}`, layout),
    ...line("", facts.filter((fact) => fact !== "").join(" · "), layout),
    ...span.attributes.flatMap((attribute) => line("", attributeText(attribute), layout)),
    ...more,
  ];
}

function attributeText({ key, type, size, count: times, read_for, redacted, value }: Attribute): string {
  const many = times === 1 ? "" : `, ${integer(times)} attributes`;
  const use = read_for.length === 0 ? "" : `, read for ${read_for.join(", ")}`;
  const shown = value === undefined ? "" : ` = ${value}`;
  return `- ${key}: ${type} of ${integer(size)}${many}${redacted ? ", redacted" : ""}${use}${shown}`;
}
