/** Short summaries of what the user wanted and what the agent did, made of their own words. */
import type { Turn } from "../../model/session.ts";
import { excerptOf } from "../rules/reading/excerpt-of.ts";

const length = 160;

/** The user's first words. */
export const summariseUser = ({ userContent }: Turn): string =>
  userContent.trim() === "" ? "(no text)" : excerptOf(userContent, length);

/** The tools used, and the first words of the reply. */
export function summariseAssistant({ steps, assistantContent, error, aborted }: Turn): string {
  const names = steps.flatMap((step) => (step.type === "tool_call" ? [step.name] : []));
  const used = names.length === 0 ? "" : `Called ${excerptOf([...new Set(names)].join(", "), 80)}. `;
  const said = assistantContent?.trim() ?? "";
  if (said !== "") return `${used}${excerptOf(said, length)}`;
  const ended = error !== undefined ? "Ended with an error." : aborted ? "The answer was stopped." : "Gave no reply.";
  return `${used}${ended}`;
}
