/** `ai` 4: the same program, in which what a tool throws is thrown by generateText, too. */
export { run } from "./ai-sdk.mjs";
