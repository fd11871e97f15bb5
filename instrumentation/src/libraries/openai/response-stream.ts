import { type Fields, fieldsOf, numberOf, textOf } from "../../json.ts";
import type { StreamReader } from "../observed-call.ts";
import { readResponse } from "./response-answer.ts";

const finalEvents = new Set(["response.completed", "response.incomplete", "response.failed"]);

/**
 * Reads the events of a streamed response. The last one holds the whole; until then there are the items that are done
 * and the text of the one being written.
 */
export function createResponseStreamReader(): StreamReader {
  let response: Fields = {};
  let isComplete = false;
  let writing = "";
  const done = new Map<number, unknown>();
  return {
    add(value) {
      const event = fieldsOf(value);
      const type = textOf(event["type"]) ?? "";
      if (type === "response.created" || finalEvents.has(type)) response = fieldsOf(event["response"]);
      if (type === "response.output_text.delta" || type === "response.refusal.delta")
        writing += textOf(event["delta"]) ?? "";
      if (type === "response.output_item.done") {
        done.set(numberOf(event["output_index"]) ?? done.size, event["item"]);
        writing = "";
      }
      isComplete ||= finalEvents.has(type);
    },
    answer() {
      if (isComplete) return readResponse(response);
      const partial = writing === "" ? [] : [{ type: "message", role: "assistant", content: writing }];
      return readResponse({ ...response, output: [...done.values(), ...partial] });
    },
    isComplete: () => isComplete,
  };
}
