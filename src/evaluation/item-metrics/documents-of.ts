/** What a tool or a retriever returned, as the documents that metrics of retrieval look at one by one. */
import type { JsonValue } from "../../model/session.ts";
import { jsonText } from "../prompts/shortening.ts";
import { isArray, isRecord, memberOf } from "../rules/reading/json-leaves.ts";

/** Members that hold a list of documents; a document's text; and a document wrapped with its score. In order of preference. */
const lists = ["documents", "results", "chunks", "contexts", "passages", "nodes", "matches", "items"];
const texts = ["content", "text", "page_content", "pageContent", "snippet", "passage", "chunk", "body"];
const wrappers = ["document", "node"];

/**
 * A list of texts, or of objects that have one, is that many documents, in its order; any other value is one, as it was written.
 * What holds no more than white space is none.
 */
export function documentsOf(value: JsonValue): readonly string[] {
  const documents = listOf(value)?.map(textOf);
  const all = documents?.every((text) => text !== undefined) === true ? documents : [asWritten(value)];
  return all.flatMap((text) => (text === undefined || text.trim() === "" ? [] : [text]));
}

/** As documentsOf; but an object that has a text is that text, whatever else it says. */
export function documentsOfRetrieval(value: JsonValue): readonly string[] {
  const text = listOf(value) === undefined ? textOf(value) : undefined;
  return text === undefined ? documentsOf(value) : documentsOf([text]);
}

function listOf(value: JsonValue): readonly JsonValue[] | undefined {
  if (isArray(value)) return value;
  const found = lists.map((name) => memberOf(value, name)).find(isArray);
  // What else such an object says (a page of something, its total) is no document.
  return found !== undefined && found.length > 0 ? found : undefined;
}

/** Undefined: it is no document. */
function textOf(value: JsonValue): string | undefined {
  if (typeof value === "string") return value;
  if (!isRecord(value)) return undefined;
  const inner = wrappers.map((name) => memberOf(value, name)).find((each) => each !== undefined);
  const direct = texts.map((name) => memberOf(value, name)).find((each) => typeof each === "string");
  if (typeof direct === "string") return direct;
  if (typeof inner === "string") return inner;
  const innerText = texts.map((name) => memberOf(inner, name)).find((each) => typeof each === "string");
  return typeof innerText === "string" ? innerText : undefined;
}

const asWritten = (value: JsonValue): string =>
  value === null ? "" : typeof value === "string" ? value : jsonText(value);
