import { member } from "../../json.ts";
import { observeResult } from "../../observe-result.ts";
import type { Library } from "../library.ts";
import { observeIterable } from "../observe-iterable.ts";
import { type Observe, ownerOf, patchMethod } from "../patch-method.ts";
import { beginEmbed, beginRequest } from "./begin-request.ts";

/** The `ollama` client: `chat` and `generate`, whole and streamed, and `embed`. */
export const ollama: Library = {
  name: "ollama",
  majors: [0],
  orderSensitiveMajors: [],
  // The main entry's class extends the browser's, which some libraries use alone.
  entries: [".", "./browser"],
  patch(moduleExports) {
    const prototype = ownerOf(member(member(moduleExports, "Ollama"), "prototype"), "processStreamableRequest");
    // Older versions have the first alone.
    patchMethod(prototype, "embeddings", beginEmbed, observeWhole);
    patchMethod(prototype, "embed", beginEmbed, observeWhole);
    // What `chat` and `generate` ask when they have read the images.
    return patchMethod(prototype, "processStreamableRequest", beginRequest, observeEither);
  },
};

const observeWhole: Observe = (promise, call) => observeResult(promise, call.answered, call.fail);

/** A promise of an answer, or of an `AbortableAsyncIterator` of its pieces. */
const observeEither: Observe = (promise, call) =>
  observeResult(promise, (answer) => (observeIterable(answer, call) ? undefined : call.answered(answer)), call.fail);
