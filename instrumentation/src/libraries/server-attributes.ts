import type { Attributes } from "@opentelemetry/api";
import { genAi } from "../gen-ai.ts";

/** The server behind a base URL; nothing for what is no URL. */
export function serverAttributes(baseUrl: unknown): Attributes {
  if (typeof baseUrl !== "string" || !URL.canParse(baseUrl)) return {};
  const { hostname, port, protocol } = new URL(baseUrl);
  return {
    [genAi.serverAddress]: hostname,
    [genAi.serverPort]: port === "" ? (protocol === "http:" ? 80 : 443) : Number(port),
  };
}
