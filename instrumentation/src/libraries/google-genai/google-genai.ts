import { member } from "../../json.ts";
import { observeResult } from "../../observe-result.ts";
import type { Library } from "../library.ts";
import { observeIterator, observerOf } from "../observe-iterator.ts";
import { type Observe, patchMethod } from "../patch-method.ts";
import { beginEmbedContent } from "./begin-embed-content.ts";
import { beginGenerateContent } from "./begin-generate-content.ts";
import { recordCallableTools } from "./record-callable-tools.ts";

/**
 * The `@google/genai` client, for the Gemini API and Vertex AI. `generateContent` and its siblings belong to each instance
 * of `Models`, but every request they make, also those of chats and of automatic function calling, goes through these
 * methods of its prototype.
 */
export const googleGenAi: Library = {
  name: "@google/genai",
  majors: [1, 2, 3],
  orderSensitiveMajors: [],
  patch(moduleExports) {
    const models = member(member(moduleExports, "Models"), "prototype");
    recordCallableTools(models);
    // In older versions the public method is the prototype's.
    if (!patchMethod(models, "embedContentInternal", beginEmbedContent, observeAnswer)) {
      patchMethod(models, "embedContent", beginEmbedContent, observeAnswer);
    }
    // Newer versions go on asking until a long answer is whole: these calls enclose those requests.
    patchMethod(models, "generateContentWithContinuation", beginGenerateContent(false), observeAnswer);
    patchMethod(models, "generateContentStreamWithContinuation", beginGenerateContent(true), observeStream);
    return (
      patchMethod(models, "generateContentInternal", beginGenerateContent(false), observeAnswer) &&
      patchMethod(models, "generateContentStreamInternal", beginGenerateContent(true), observeStream)
    );
  },
};

const observeAnswer: Observe = (promise, call) => observeResult(promise, call.answered, call.fail);

/** A promise of an async generator. */
const observeStream: Observe = (promise, call) =>
  observeResult(
    promise,
    (stream) => (observeIterator(stream, observerOf(call)) ? undefined : call.answeredRaw()),
    call.fail,
  );
