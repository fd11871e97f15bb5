/** The language model that validators and metrics ask, whoever serves it. */
import type { JsonSchema } from "../llm/json-schema.ts";

export interface ModelRequest {
  readonly prompt: string;
  readonly system?: string;
  /** Absent, as all below: what the client was made with. */
  readonly model?: string;
  /** 0 is 0. */
  readonly temperature?: number;
  /** Of the answer. */
  readonly maxTokens?: number;
  /** The answer is to be JSON of this shape. Absent: text. */
  readonly schema?: JsonSchema;
}

export interface ModelReply {
  /** As in HTTP. 200: `text` is the answer; else `error` says why there is none. */
  readonly status: number;
  readonly text?: string;
  readonly error?: string;
}

export interface ModelClient {
  /** Resolves whatever the provider does: what it refuses, or where it fails, is a status. */
  ask(request: ModelRequest): Promise<ModelReply>;
}

/** All at once; the replies are in the order of the prompts. */
export async function askEach(client: ModelClient, prompts: readonly string[]): Promise<readonly ModelReply[]> {
  return Promise.all(prompts.map(async (prompt) => client.ask({ prompt })));
}
