/**
 * CrewAI, through OpenLLMetry: a crew around its tasks and agents, all in `crewai.*` texts. The model calls are those of
 * the client's instrumentation below; CrewAI's own span around one says nothing of what was said.
 */
import type { Span } from "../model/span.ts";
import type { Dialect } from "./dialect.ts";
import { openLlmetryRules } from "./openllmetry.ts";
import type { OperationKind } from "./operation.ts";
import { readOperation } from "./read-operation.ts";
import type { DialectRules } from "./read-operation.ts";

const SCOPE = "opentelemetry.instrumentation.crewai";
const marks = ["crewai.crew.tasks", "crewai.agent.role", "crewai.task.description", "crewai.llm.model"];

const rules: DialectRules = {
  ...openLlmetryRules,
  name: "crewai",
  kindOf,
  wrapperKeys: { ...openLlmetryRules.wrapperKeys, output: ["crewai.crew.result", "traceloop.entity.output"] },
};

export const crewAi: Dialect = {
  name: rules.name,
  matches: ({ attributes, scope }) => scope.name === SCOPE || marks.some((key) => attributes.has(key)),
  read: (span, context) => readOperation(span, context, rules),
};

/** The crew's span has no kind. */
function kindOf(span: Span): OperationKind {
  return span.name === "crewai.workflow" ? "agent" : openLlmetryRules.kindOf(span);
}
