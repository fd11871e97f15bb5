import { genAi } from "../../gen-ai.ts";
import { fieldsOf, textOf } from "../../json.ts";
import { observeModelCall } from "../observed-call.ts";
import type { BeginCall } from "../patch-method.ts";
import { toParts } from "./content-parts.ts";
import { toMessages } from "./contents.ts";
import { readGenerateContent } from "./generate-answer.ts";
import { createGenerateStreamReader } from "./generate-stream.ts";
import { configAttributes, serviceAttributes } from "./request-attributes.ts";
import { toToolDefinitions } from "./tool-definitions.ts";

/** Begins a model call from the parameters of `generateContent`, or of `generateContentStream`. */
export function beginGenerateContent(isStreamed: boolean): BeginCall {
  return (tracing, models, [value]) => {
    const { model, contents, config: given } = fieldsOf(value);
    const config = fieldsOf(given);
    return observeModelCall(
      tracing,
      {
        operation: "generate_content",
        model: textOf(model),
        attributes: {
          ...serviceAttributes(fieldsOf(models)),
          ...configAttributes(config),
          ...(isStreamed && { [genAi.requestStream]: true }),
        },
        input: toMessages(contents),
        systemInstructions: toParts(config["systemInstruction"]),
        toolDefinitions: toToolDefinitions(config["tools"]),
      },
      readGenerateContent,
      createGenerateStreamReader(),
    );
  };
}
