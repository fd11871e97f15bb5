import { type Fields, fieldsOf, isFields, listOf, textOf } from "../../json.ts";
import type { Part } from "../../message.ts";
import { blob, itemPart, toolCallPart, toolResponsePart } from "../parts.ts";
import { serverToolPart } from "./server-tools.ts";
import { argumentsOf } from "./streamed-arguments.ts";

/** The parts of what the library takes for a content: a text, a part, a list of both, or a content. */
export function toParts(value: unknown): readonly Part[] {
  if (isFields(value) && Array.isArray(value["parts"])) return toParts(value["parts"]);
  return (Array.isArray(value) ? listOf(value) : [value]).flatMap(toPart);
}

function toPart(value: unknown): readonly Part[] {
  const part = typeof value === "string" ? { text: value } : fieldsOf(value);
  const text = textOf(part["text"]);
  if (text !== undefined) return toTextPart(text, part["thought"] === true);
  if (isFields(part["functionCall"])) return [callPart(part["functionCall"])];
  if (isFields(part["functionResponse"])) return [responsePart(part["functionResponse"])];
  if (isFields(part["inlineData"])) return [inlinePart(part["inlineData"])];
  if (isFields(part["fileData"])) return [filePart(part["fileData"])];
  const serverTool = serverToolPart(part);
  if (serverTool !== undefined) return [serverTool];
  const kind = Object.keys(part).find((key) => isFields(part[key]));
  return kind === undefined ? [] : [itemPart(kind, fieldsOf(part[kind])["id"])];
}

function toTextPart(content: string, isThought: boolean): readonly Part[] {
  return content === "" ? [] : [{ type: isThought ? "reasoning" : "text", content }];
}

const callPart = ({ id, name, args, partialArgs }: Fields): Part =>
  toolCallPart(id, name, args ?? argumentsOf(listOf(partialArgs)));
const responsePart = ({ id, response }: Fields): Part => toolResponsePart(id, outputOf(response));

/** What a function gave back: by the API's rule what stands under `output`, else the whole; an `error` stays where it is. */
export function outputOf(response: unknown): unknown {
  const { output, ...rest } = fieldsOf(response);
  return output === undefined || Object.keys(rest).length > 0 ? response : output;
}

function inlinePart({ data, mimeType }: Fields): Part {
  return { ...blob(modalityOf(mimeType), textOf(data) ?? ""), mime_type: textOf(mimeType) ?? "" };
}

function filePart({ fileUri, mimeType }: Fields): Part {
  return { type: "uri", modality: modalityOf(mimeType), uri: textOf(fileUri) ?? "" };
}

function modalityOf(mimeType: unknown): string {
  const kind = /^(image|audio|video)\//.exec(textOf(mimeType) ?? "")?.[1];
  return kind ?? "document";
}
