/** Which form of request an endpoint and model take is found out by what they refuse, and by answers that take no notice of it. */
import type {
  ChatCompletionCreateParamsNonStreaming,
  ChatCompletionMessageParam,
} from "openai/resources/chat/completions";
import type { Failure } from "./failure.ts";
import type { JsonSchema } from "./json-schema.ts";

/** The ways to ask for JSON, strictest first. */
export const completionModes = ["json_schema", "tool_call", "json_object", "text"] as const;
export type CompletionMode = (typeof completionModes)[number];

/** What is known of an endpoint and model. */
export interface Capabilities {
  readonly mode: CompletionMode;
  /** Reasoning models refuse a temperature. */
  readonly temperature: boolean;
  /** The older name is the only one that some servers take. */
  readonly outputLimit: "max_completion_tokens" | "max_tokens";
}

export const assumedCapabilities: Capabilities = {
  mode: "json_schema",
  temperature: true,
  outputLimit: "max_completion_tokens",
};

export interface Question {
  readonly model: string;
  readonly temperature: number;
  readonly system: string;
  /** What follows the system message. */
  readonly messages: readonly ChatCompletionMessageParam[];
  readonly schemaName: string;
  /** Absent: text is wanted, and the mode is `text`. */
  readonly schema?: JsonSchema;
  readonly maxOutputTokens: number;
}

export function toRequestBody(question: Question, capabilities: Capabilities): ChatCompletionCreateParamsNonStreaming {
  const { mode, temperature, outputLimit } = capabilities;
  const { schemaName, schema } = question;
  const isSpoken = mode === "json_object" || mode === "text";
  // Many local models know one system message only, so the schema joins it.
  const told = isSpoken && schema !== undefined ? [question.system, inWords(schema)] : [question.system];
  const system = told.filter((text) => text !== "").join("\n\n");
  return {
    model: question.model,
    messages: system === "" ? [...question.messages] : [{ role: "system", content: system }, ...question.messages],
    [outputLimit]: question.maxOutputTokens,
    ...(temperature ? { temperature: question.temperature } : {}),
    ...(schema === undefined ? {} : formOf(mode, schemaName, schema)),
  };
}

type Form = Pick<ChatCompletionCreateParamsNonStreaming, "response_format" | "tools" | "tool_choice">;

function formOf(mode: CompletionMode, name: string, schema: JsonSchema): Form {
  switch (mode) {
    case "json_schema":
      return { response_format: { type: "json_schema", json_schema: { name, strict: true, schema } } };
    case "json_object":
      return { response_format: { type: "json_object" } };
    case "tool_call":
      return {
        tools: [{ type: "function", function: { name, parameters: schema } }],
        tool_choice: { type: "function", function: { name } },
      };
    case "text":
      return {};
  }
}

export function inWords(schema: JsonSchema): string {
  return `Answer with one JSON object and nothing else. Its JSON schema: ${JSON.stringify(schema)}`;
}

/** What to try after a refusal: without the parameter it names, else the next mode. Undefined: nothing is left. */
export function afterRefusal(
  refusal: Failure,
  { mode, temperature, outputLimit }: Capabilities,
): Capabilities | undefined {
  const names = (parameter: string): boolean =>
    refusal.parameter === undefined ? refusal.message.includes(parameter) : refusal.parameter.includes(parameter);
  if (temperature && names("temperature")) return { mode, temperature: false, outputLimit };
  if (outputLimit === "max_completion_tokens" && names(outputLimit)) {
    return { mode, temperature, outputLimit: "max_tokens" };
  }
  return withNextMode({ mode, temperature, outputLimit });
}

/** Whether the first is further down the ladder than the second. */
export function isAfter(a: Capabilities, b: Capabilities): boolean {
  return completionModes.indexOf(a.mode) > completionModes.indexOf(b.mode);
}

/** One step down the ladder; undefined at its end. */
export function withNextMode(capabilities: Capabilities): Capabilities | undefined {
  const mode = completionModes[completionModes.indexOf(capabilities.mode) + 1];
  return mode === undefined ? undefined : { ...capabilities, mode };
}
