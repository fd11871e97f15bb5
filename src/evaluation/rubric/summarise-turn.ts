/** Short summaries of what the user wanted and what the agent did, made of their own words. */
import type { Turn } from "../../model/session.ts";
import { nameAttachments } from "../name-attachments.ts";
import { excerptOf } from "../rules/reading/excerpt-of.ts";

const length = 160;

/** The user's first words, and what came with them. */
export function summariseUser({ userContent, attachments }: Turn): string {
  const said = userContent.trim() === "" ? "(no text)" : excerptOf(userContent, length);
  return attachments === undefined ? said : `${said} (attached: ${nameAttachments(attachments)})`;
}

/** The tools used, and the first words of the reply. */
export function summariseAssistant({ steps, assistantContent, error, aborted }: Turn): string {
  const names = steps.flatMap((step) => (step.type === "tool_call" ? [step.name] : []));
  const used = names.length === 0 ? "" : `Called ${excerptOf([...new Set(names)].join(", "), 80)}. `;
  const said = assistantContent?.trim() ?? "";
  if (said !== "") return `${used}${excerptOf(said, length)}`;
  const ended = error !== undefined ? "Ended with an error." : aborted ? "The answer was stopped." : "Gave no reply.";
  return `${used}${ended}`;
}
