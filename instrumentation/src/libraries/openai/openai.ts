import { member } from "../../json.ts";
import type { Library } from "../library.ts";
import { beginChatCompletion } from "./begin-chat-completion.ts";
import { beginResponse } from "./begin-response.ts";
import { patchCreate } from "../stainless/patch-create.ts";

/**
 * The `openai` client: `chat.completions.create` and `responses.create`. The helpers `parse`, `stream` and `runTools`
 * all come through these two.
 */
export const openai: Library = {
  name: "openai",
  majors: [4, 5, 6, 7],
  // Version 4 has `openai/shims/*`, which throws unless it is imported before anything else of openai.
  orderSensitiveMajors: [4],
  patch(moduleExports) {
    const client = clientOf(moduleExports);
    const completions = member(member(client, "Chat"), "Completions");
    const responses = member(client, "Responses");
    const chatIsPatched = patchCreate(member(completions, "prototype"), beginChatCompletion);
    // Versions before 4.87 have no Responses API.
    return chatIsPatched && (responses === undefined || patchCreate(member(responses, "prototype"), beginResponse));
  },
};

/** The client class has its name in both module systems; version 4 also exports it as the module itself. */
function clientOf(moduleExports: unknown): unknown {
  return member(moduleExports, "OpenAI") ?? member(moduleExports, "default") ?? moduleExports;
}
