import { anthropic } from "./anthropic/anthropic.ts";
import type { Library } from "./library.ts";
import { openai } from "./openai/openai.ts";

/** Every library we instrument. */
export const libraries: readonly Library[] = [openai, anthropic];
