/**
 * What user and agent do to each other by talking, told by fixed phrases (English): one proposes, the other agrees,
 * complains, sets conditions. In another language none is recognised. Long texts are read at their beginning.
 */

const readLength = 8_000;
const tells =
  (pattern: RegExp) =>
  (text: string): boolean =>
    pattern.test(text.slice(0, readLength));

/** The agent asks whether it shall do what it described. */
export const proposes = tells(
  /\b(?:confirm|proceed|go ahead|would you like me|shall i|should i|do you want me|is (?:that|this) correct|okay with)\b/i,
);
/** The user's message begins with a yes. */
export const assents = tells(
  /^[^\p{L}]{0,5}(?:yes|yeah|yep|sure|ok|okay|correct|absolutely|please (?:proceed|do|go)|go ahead|that['’]?s (?:right|correct|fine)|sounds good|perfect|i confirm|confirm)(?!\p{L})/iu,
);
/** The agent says that what was asked for cannot or may not be done. */
export const refusesRequest = tells(
  /\b(?:cannot|can['’]?t|unable to|not (?:possible|allowed|eligible|permitted)|does(?:n['’]t| not) allow)\b/i,
);
/** It ends by saying no, more broadly. */
export const regrets = tells(
  /\b(?:cannot|can['’]?t|unable|not (?:able|possible|allowed|eligible|permitted|available)|does(?:n['’]t| not) allow|policy|unfortunately|regret)/i,
);
/** The user says that it still is as it was. */
export const complains = tells(
  /\b(?:still|again|same (?:issue|problem|error)|did(?:n['’]t| not) (?:work|help|resolve|fix)|does(?:n['’]t| not) (?:work|help)|not working|isn['’]t working|no (?:change|luck)|persist)/i,
);
/** The user's wish depends on something. */
export const setsCondition = tells(/\b(?:if|unless|otherwise|in case|whether|as long as|depending)\b/i);
/** The user's wish takes comparing or adding up. */
export const wantsComparison = tells(
  /\b(?:cheap|expensive|least|most|lowest|highest|total|how much|difference|compare|largest|smallest|best|fastest|earliest|latest|second|shortest|longest)/i,
);
