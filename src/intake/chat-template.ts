/** Conversations in the marks that models are given them in: ChatML, Llama, Gemma, Phi, Mistral, and tags. */
import { roleOfLabel } from "./role-words.ts";
import type { Reading, Utterance } from "./utterance.ts";

const role = String.raw`([A-Za-z_ ]{1,30})`;
const openings = new RegExp(
  [
    String.raw`<\|im_start\|>[ ]?${role}[^\n]{0,40}\n`,
    String.raw`<\|start_header_id\|>${role}<\|end_header_id\|>\s{0,4}`,
    String.raw`<start_of_turn>${role}\n`,
    String.raw`<\|(user|assistant|system|end_user|bot|human)\|>:?\s{0,4}`,
    String.raw`<(user|assistant|human|system|bot|agent|customer)>\s{0,4}`,
    String.raw`(\[INST\])\s{0,4}`,
    String.raw`(\[\/INST\])\s{0,4}`,
  ].join("|"),
  "gi",
);
const closings =
  /<\|(?:im_end|eot_id|end|endoftext|end_of_text|begin_of_text)\|>|<end_of_turn>|<\/?s>|<bos>|<eos>|<\/(?:user|assistant|human|system|bot|agent|customer)>/gi;

/** Undefined when the text has no such marks. */
export function readChatTemplate(text: string): Reading | undefined {
  const starts = [...text.matchAll(openings)];
  if (starts.length < 2) return undefined;
  const utterances = starts.flatMap((start, at): Utterance[] => {
    const label =
      start
        .slice(1)
        .find((group) => group !== undefined)
        ?.trim() ?? "";
    const end = starts[at + 1]?.index ?? text.length;
    const said = text
      .slice(start.index + start[0].length, end)
      .replace(closings, "")
      .trim();
    const role = roleOfMark(label);
    return said === "" ? [] : [{ label, ...(role === undefined ? {} : { role }), text: said }];
  });
  return utterances.length === 0 ? undefined : { form: "chatml", utterances, certainty: 1, notes: [] };
}

function roleOfMark(label: string) {
  if (/^\[INST\]$/i.test(label)) return "user" as const;
  return /^\[\/INST\]$/i.test(label) ? ("assistant" as const) : roleOfLabel(label.replaceAll("_", " "));
}
