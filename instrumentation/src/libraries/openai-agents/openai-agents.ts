import { member } from "../../json.ts";
import type { Library } from "../library.ts";
import { patchRunner } from "./patch-runner.ts";
import { patchTraceProvider } from "./patch-trace-provider.ts";

/**
 * The OpenAI Agents SDK. It says of every agent, model call, tool and handoff when it begins and ends, through spans of
 * its own, and ours stand for these. Its processors are not used: an application that sets its own would remove ours,
 * and there are none where it has switched the SDK's tracing off.
 */
export const openaiAgents: Library = {
  name: "@openai/agents",
  majors: [0],
  // It listens to signals and reads the environment when it is loaded.
  orderSensitiveMajors: [0],
  patch(moduleExports) {
    patchRunner(member(member(moduleExports, "Runner"), "prototype"));
    return patchTraceProvider(member(member(moduleExports, "TraceProvider"), "prototype"));
  },
};
