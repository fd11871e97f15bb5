import { type Fields, fieldsOf, isFields, listOf, textOf } from "../../json.ts";
import type { Part } from "../../message.ts";
import { serverToolCall, serverToolResponse } from "../server-tool-parts.ts";

const codeExecution = "code_execution";

/** The part that tells of a tool which the API ran: code and its outcome, or any other's call or response. */
export function serverToolPart({
  executableCode,
  codeExecutionResult,
  toolCall,
  toolResponse,
}: Fields): Part | undefined {
  if (isFields(executableCode)) return codePart(executableCode);
  if (isFields(codeExecutionResult)) return outcomePart(codeExecutionResult);
  if (isFields(toolCall)) return serverToolCall(toolCall["id"], nameOf(toolCall), toolCall["args"]);
  if (!isFields(toolResponse)) return undefined;
  return serverToolResponse(toolResponse["id"], nameOf(toolResponse), { result: toolResponse["response"] });
}

const codePart = ({ id, language, code }: Fields): Part => serverToolCall(id, codeExecution, { language, code });

function outcomePart({ id, outcome, output }: Fields): Part {
  const isFine = outcome === undefined || outcome === "OUTCOME_OK";
  return serverToolResponse(id, codeExecution, isFine ? { result: output ?? "" } : { error: output ?? outcome });
}

/** `GOOGLE_SEARCH_WEB`. */
const nameOf = ({ toolType }: Fields): string => textOf(toolType)?.toLowerCase() ?? "tool";

/**
 * What a candidate tells beside its parts of searches and of pages that were read for it; nothing where parts tell it.
 * A search that the model was offered and did not make leaves empty metadata.
 */
export function groundingParts({ content, groundingMetadata, urlContextMetadata }: Fields): readonly Part[] {
  if (listOf(fieldsOf(content)["parts"]).some((part) => isFields(fieldsOf(part)["toolCall"]))) return [];
  return [...searchParts(fieldsOf(groundingMetadata)), ...pageParts(fieldsOf(urlContextMetadata))];
}

function searchParts(metadata: Fields): readonly Part[] {
  const queries = ["webSearchQueries", "imageSearchQueries", "retrievalQueries"].flatMap((key) =>
    listOf(metadata[key]),
  );
  const chunks = listOf(metadata["groundingChunks"]);
  if (queries.length === 0 && chunks.length === 0) return [];
  const name = searchNameOf(chunks.map(fieldsOf));
  const call = serverToolCall(undefined, name, { queries });
  return chunks.length === 0 ? [call] : [call, serverToolResponse(undefined, name, { result: chunks })];
}

/** Only what was found tells where it was searched. */
function searchNameOf(chunks: readonly Fields[]): string {
  if (chunks.some(({ maps }) => maps !== undefined)) return "google_maps";
  return chunks.some(({ retrievedContext }) => retrievedContext !== undefined) ? "retrieval" : "google_search";
}

function pageParts({ urlMetadata }: Fields): readonly Part[] {
  const pages = listOf(urlMetadata);
  if (pages.length === 0) return [];
  const urls = pages.map((page) => fieldsOf(page)["retrievedUrl"]);
  return [
    serverToolCall(undefined, "url_context", { urls }),
    serverToolResponse(undefined, "url_context", { result: pages }),
  ];
}
