/** Captured traffic of real libraries, packed by `pack-capture.mjs`, and what really happened in it. */
import { readdirSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import type { JsonValue } from "../../src/model/session.ts";
import { readOtlpFile } from "../../src/otlp-file.ts";
import type { OtlpRequest } from "../../src/otlp/read-request.ts";
import { seededRandom, shuffled } from "./seeded-random.ts";

export interface Capture {
  readonly requests: readonly OtlpRequest[];
  readonly expected: ExpectedCapture;
}

/** From the program that drove the agent and the model that served it, never from spans. */
export interface ExpectedCapture {
  readonly conversations: readonly ExpectedConversation[];
  readonly telemetry?: { readonly conversationIdInSpans?: boolean };
}

export interface ExpectedConversation {
  readonly conversationId: string | null;
  readonly turns: readonly ExpectedTurn[];
}

export interface ExpectedTurn {
  readonly user: string;
  readonly assistant: string | null;
  readonly error?: string;
  readonly aborted?: boolean;
  readonly toolCalls: readonly ExpectedToolCall[];
}

export interface ExpectedToolCall {
  readonly name: string;
  readonly arguments: JsonValue;
  readonly result: JsonValue;
  readonly error: string | null;
}

interface PackedCapture {
  readonly requests: readonly {
    readonly signal: "traces" | "logs" | "metrics";
    readonly contentType: string;
    readonly contentEncoding: string | null;
    readonly body: string;
  }[];
  readonly expected: ExpectedCapture;
}

const folder = new URL("../fixtures/captures/", import.meta.url);

export const captureNames: readonly string[] = readdirSync(folder)
  .filter((file) => file.endsWith(".json.gz"))
  .map((file) => file.slice(0, -".json.gz".length))
  .sort();

export function loadCapture(name: string): Capture {
  const packed = JSON.parse(gunzipSync(readFileSync(new URL(`${name}.json.gz`, folder))).toString()) as PackedCapture;
  const requests = packed.requests.flatMap(({ signal, contentType, contentEncoding, body }) => {
    if (signal === "metrics") return [];
    const ending = `${contentType.includes("json") ? ".json" : ".pb"}${contentEncoding === "gzip" ? ".gz" : ""}`;
    return readOtlpFile(`${name}${ending}`, Buffer.from(body, "base64"));
  });
  return { requests, expected: packed.expected };
}

export const deliveries = ["in order", "shuffled", "twice and shuffled"] as const;
export type Delivery = (typeof deliveries)[number];

export function deliver(requests: readonly OtlpRequest[], delivery: Delivery, seed = 1): readonly OtlpRequest[] {
  if (delivery === "in order") return requests;
  return shuffled(delivery === "shuffled" ? requests : [...requests, ...requests], seededRandom(seed));
}
