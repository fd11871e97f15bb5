import type { Attributes } from "@opentelemetry/api";
import { genAi } from "../../gen-ai.ts";
import { type Fields, fieldsOf, textOf } from "../../json.ts";
import { withoutUndefined } from "../../without-undefined.ts";

/**
 * What every command says of its call. Not the server: the client finds that out only while it sends, from its region.
 * Streaming is the command's choice, and no parameter.
 */
export function commandAttributes(input: Fields, streamed: boolean): Attributes {
  const { guardrailIdentifier } = { ...input, ...fieldsOf(input["guardrailConfig"]) };
  return withoutUndefined({
    [genAi.providerName]: "aws.bedrock",
    [genAi.requestStream]: streamed ? true : undefined,
    [genAi.awsBedrockGuardrailId]: textOf(guardrailIdentifier),
  });
}
