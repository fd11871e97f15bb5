/** Export requests as real instrumentations sent them. */
import { readFileSync } from "node:fs";

function read(name: string): Buffer {
  return readFileSync(new URL(`../fixtures/otlp/${name}`, import.meta.url));
}

export const traceCaptures = {
  "ai-sdk-v4": read("ai-sdk-v4.traces.pb"),
  strands: read("strands.traces.pb"),
};

export const logCaptures = { "otel-contrib-openai": read("otel-contrib-openai.logs.pb") };

export const jsonTraceCaptures = { "openinference-openai-errors": read("openinference-openai-errors.traces.json") };

export const jsonLogCaptures = { "openlit-openai": read("openlit-openai.logs.json") };
