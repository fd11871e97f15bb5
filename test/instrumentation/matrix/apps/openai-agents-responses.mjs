import { runAgent } from "./openai-agents.mjs";

export const run = async (modules, cell) => runAgent(modules, cell, true);
