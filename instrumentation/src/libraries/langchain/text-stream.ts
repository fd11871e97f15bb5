import { textOf } from "../../json.ts";
import type { StreamReader } from "../observed-call.ts";
import { readAnswers } from "./chat-answer.ts";

/** Puts the texts together that a model streams which completes one. Nothing in them says that it is done. */
export function createTextStreamReader(): StreamReader {
  let content = "";
  return {
    add(chunk) {
      content += textOf(chunk) ?? "";
    },
    answer() {
      if (content === "") return readAnswers([]);
      return readAnswers([{ parts: [{ type: "text", content }], id: undefined, usage: {}, metadata: {} }]);
    },
    isComplete: () => false,
  };
}
