/**
 * Model Context Protocol, in the conventions for it: a span for each message of the protocol, on the client's side and on
 * the server's. Only `tools/call` is a step; whoever instruments the agent may write the same call as a tool above it.
 */
import type { Span } from "../model/span.ts";
import { textAttribute } from "./attribute-values.ts";
import type { Dialect } from "./dialect.ts";
import type { OperationKind } from "./operation.ts";
import { readOperation } from "./read-operation.ts";
import type { DialectRules } from "./read-operation.ts";

const METHOD = "mcp.method.name";

const rules: DialectRules = {
  name: "mcp",
  kindOf: ({ attributes }: Span): OperationKind =>
    textAttribute(attributes, METHOD) === "tools/call" ? "tool" : "other",
};

export const mcp: Dialect = {
  name: rules.name,
  matches: ({ attributes }) => attributes.has(METHOD),
  read: (span, context) => {
    const operation = readOperation(span, context, rules);
    return operation.kind === "tool" ? { ...operation, name: operation.name.replace(/^tools\/call /, "") } : operation;
  },
};
