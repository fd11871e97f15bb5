/** Finds content that speaks to the judge instead of to the agent or the user. It flags, it does not forbid. */

const addresses: readonly RegExp[] = [
  // Talks about the rubric or the instructions of whoever reads it.
  /\b(?:ignore|disregard|forget|override|bypass)\b[^.!?]{0,60}\b(?:instruction|rubric|prompt|guideline|criteria|criterion)s?\b/i,
  // Calls the judge by its office and asks for something.
  /\b(?:judge|grader|evaluator|scorer|assessor)s?\b[^.!?]{0,60}\b(?:score|rate|grade|award|assign|mark|must|please|output|respond)\b/i,
  /\b(?:score|rate|grade|mark|evaluate|judge) this (?:turn|session|trajectory|conversation|transcript|interaction)\b/i,
  // Writes the verdict itself.
  /"(?:wrong_tool_usage|inconsistent_reasoning|unnecessary_actions|early_termination|user_summary|assistant_summary)"\s*:/i,
  /"(?:turn_)?reasoning"\s*:[^{}]{0,400}"score"\s*:|"score"\s*:[^{}]{0,400}"(?:turn_)?reasoning"\s*:/i,
  /\b(?:turn|trajectory|overall|final) (?:score|verdict)\b\W{0,3}(?:is|of|:|=|to|must be)?\s*[-+]?1\b/i,
  // Pretends that the material has ended or that another role speaks.
  /\b(?:begin|end)(?: of)?(?: the)? (?:untrusted|trusted)? ?(?:data|material|transcript)\b\W*(?:[\da-f]{8,}|now|\n)/i,
  /<\|?\/?(?:im_start|im_end|system|end_of_turn|eot_id)\b|\[\/?INST\]|<<\/?SYS>>/i,
];
/** Letters written in tag characters; a flag emoji has at most six of them. */
const tagLetters = /[\u{E0020}-\u{E007E}]{8,}/u;

const maxScannedChars = 200_000;
const quotedChars = 160;

/** The first passage that addresses the judge, on one line and cut; undefined when there is none. */
export function findAddressToJudge(text: string): string | undefined {
  const scanned = text.slice(0, maxScannedChars);
  const hiddenText = tagLetters.exec(scanned);
  if (hiddenText !== null) return readTagLetters(hiddenText[0]).slice(0, quotedChars);
  const plain = scanned.normalize("NFKC").replace(/\p{Cf}/gu, "");
  for (const address of addresses) {
    const found = address.exec(plain);
    if (found !== null) return found[0].replace(/\s+/g, " ").slice(0, quotedChars);
  }
  return undefined;
}

function readTagLetters(text: string): string {
  return text.replace(/./gu, (letter) => String.fromCharCode((letter.codePointAt(0) ?? 0) - 0xe0000));
}
