import { member } from "../../json.ts";
import type { Library } from "../library.ts";
import { patchCreate } from "../stainless/patch-create.ts";
import { patchParse } from "../stainless/patch-parse.ts";
import { beginMessage } from "./begin-message.ts";
import { patchToolRunner } from "./patch-tool-runner.ts";

/**
 * The `@anthropic-ai/sdk` client: `messages.create` and `beta.messages.create`, through which the helpers `stream` and
 * `parse` come, too, and the tools of `beta.messages.toolRunner`. The spans that newer versions make themselves go to the
 * application's own provider, without content and tools unless it asks for them; they are not needed here.
 */
export const anthropic: Library = {
  name: "@anthropic-ai/sdk",
  majors: [0, 1],
  orderSensitiveMajors: [],
  patch(moduleExports) {
    const client = member(moduleExports, "Anthropic") ?? member(moduleExports, "default") ?? moduleExports;
    const messages = member(member(client, "Messages"), "prototype");
    const beta = member(member(member(client, "Beta"), "Messages"), "prototype");
    const betaIsPatched = beta === undefined || patchCreate(beta, beginMessage);
    patchToolRunner(beta);
    patchParse(member(moduleExports, "APIPromise"));
    return patchCreate(messages, beginMessage) && betaIsPatched;
  },
};
