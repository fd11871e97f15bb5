import { member } from "../../json.ts";
import type { Library } from "../library.ts";
import { patchProvider } from "./providers.ts";
import { recordedFunctions } from "./recorded-functions.ts";
import { followToolEvents } from "./tool-events.ts";
import { followTracingChannel } from "./tracing-channel.ts";

/**
 * The AI SDK. Version 7 tells a tracing channel of everything. Before that, the model calls are recorded where the models
 * are (providers.ts); the tools by a telemetry integration (since 6.0.111) or in the functions' arguments, where these
 * functions can be replaced. Its own telemetry is not switched on: it leaves aborted streams open and would change what
 * the application sees of its own.
 */
export const vercelAi: Library = {
  name: "ai",
  majors: [4, 5, 6, 7],
  orderSensitiveMajors: [],
  patch(moduleExports) {
    followTracingChannel();
    followToolEvents();
    // Models that are given by their name (`openai/gpt-5`) are the gateway's, which is a part of the package.
    const createGateway = member(moduleExports, "createGateway");
    const gatewayIsPatched = createGateway === undefined || patchProvider(createGateway);
    return gatewayIsPatched && typeof member(moduleExports, "generateText") === "function";
  },
  replace: recordedFunctions,
};
