import { startScriptedModel } from "../../examples/scripted-model.mjs";
import { replyTo } from "./reply-to.ts";
import { type AppOptions, type AppResult, runApp } from "./run-app.ts";

/** Runs a program of fixtures/ against a scripted model of its own. */
export async function runWithModel(app: string, options: AppOptions = {}): Promise<AppResult> {
  const model = await startScriptedModel(replyTo);
  try {
    return await runApp(app, { ...options, env: { ...options.env, OPENAI_BASE_URL: model.url } });
  } finally {
    await model.close();
  }
}
