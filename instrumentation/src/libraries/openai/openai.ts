import { member } from "../../json.ts";
import type { Library } from "../library.ts";
import { type Begin, patchCreate } from "../stainless/patch-create.ts";
import { beginChatCompletion } from "./begin-chat-completion.ts";
import { beginCompletion } from "./begin-completion.ts";
import { beginEmbedding } from "./begin-embedding.ts";
import { beginResponse } from "./begin-response.ts";

/**
 * The `openai` client: `chat.completions.create`, `responses.create` (its beta, too), `embeddings.create` and the old
 * `completions.create`. The helpers `parse`, `stream` and `runTools` all come through these, and Azure's client has them.
 */
export const openai: Library = {
  name: "openai",
  majors: [4, 5, 6, 7],
  // Version 4 has `openai/shims/*`, which throws unless it is imported before anything else of openai.
  orderSensitiveMajors: [4],
  patch(moduleExports) {
    const client = clientOf(moduleExports);
    const completions = member(member(client, "Chat"), "Completions");
    const chatIsPatched = patchCreate(member(completions, "prototype"), beginChatCompletion);
    const patched = others(client).map(
      // Not every version has all of them: the Responses API came with 4.87.
      ([resource, begin]) => resource === undefined || patchCreate(member(resource, "prototype"), begin),
    );
    return chatIsPatched && patched.every(Boolean);
  },
};

const others = (client: unknown): readonly (readonly [resource: unknown, begin: Begin])[] => [
  [member(client, "Responses"), beginResponse],
  [member(member(client, "Beta"), "Responses"), beginResponse],
  [member(client, "Embeddings"), beginEmbedding],
  [member(client, "Completions"), beginCompletion],
];

/** The client class has its name in both module systems; version 4 also exports it as the module itself. */
function clientOf(moduleExports: unknown): unknown {
  return member(moduleExports, "OpenAI") ?? member(moduleExports, "default") ?? moduleExports;
}
