import { member } from "../../json.ts";
import type { Library } from "../library.ts";
import { patchChatModel, patchTextModel } from "./patch-model.ts";
import { patchRunnable } from "./patch-runnable.ts";
import { patchTool } from "./patch-tool.ts";

/**
 * The models and tools of `@langchain/core`, whichever package a model comes from, and the graphs of
 * `@langchain/langgraph`, which are built on it. Patched are the base classes' methods that every call goes through, and
 * not the callbacks: a callback of ours would give an id to messages that have none, and could not enclose what a model
 * or a tool does. What a model asks through another library that we know is a part of its call.
 */
export const langchain: Library = {
  name: "@langchain/core",
  majors: [0, 1],
  orderSensitiveMajors: [],
  entries: ["./language_models/chat_models", "./language_models/llms", "./tools", "./runnables"],
  patch: (moduleExports) =>
    patchChatModel(member(moduleExports, "BaseChatModel")) ||
    patchTextModel(member(moduleExports, "BaseLLM")) ||
    patchTool(member(moduleExports, "StructuredTool")) ||
    patchRunnable(member(moduleExports, "Runnable")),
};
