import type { Attributes } from "@opentelemetry/api";
import { genAi } from "../../gen-ai.ts";
import { member, textOf } from "../../json.ts";
import { withoutUndefined } from "../../without-undefined.ts";
import { serverAttributes } from "../server-attributes.ts";

/** How a tool call gets to its server: the request's id, the protocol's session and version, and what carries them. */
export function transportAttributes(transport: unknown, requestId: unknown): Attributes {
  const url = member(transport, "_url");
  return withoutUndefined({
    [genAi.mcpMethodName]: "tools/call",
    [genAi.mcpSessionId]: textOf(member(transport, "sessionId")),
    [genAi.mcpProtocolVersion]: textOf(member(transport, "protocolVersion")),
    [genAi.jsonrpcRequestId]: isId(requestId) ? String(requestId) : undefined,
    [genAi.networkTransport]: networkOf(textOf(member(member(transport, "constructor"), "name")) ?? ""),
    ...(url instanceof URL && serverAttributes(url.href)),
  });
}

/** Streams of a process and connections of HTTP; in memory there is no network. */
function networkOf(transport: string): string | undefined {
  if (transport.startsWith("Stdio")) return "pipe";
  return /HTTP|SSE|WebSocket/.test(transport) ? "tcp" : undefined;
}

const isId = (value: unknown): value is string | number => typeof value === "string" || typeof value === "number";
