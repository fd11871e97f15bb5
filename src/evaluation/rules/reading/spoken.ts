/**
 * What a reply does, told by fixed phrases (English): it reports trouble, claims a success, asks, refuses, hands over.
 * In another language none of them is recognised, and the rules that need one stay silent.
 */

/** Long replies are read at their beginning and end. */
const readLength = 8_000;
const read = (text: string): string =>
  text.length <= readLength ? text : `${text.slice(0, readLength / 2)}\n${text.slice(-readLength / 2)}`;

const trouble =
  /\b(?:unable|cannot|can ?not|can['’]?t|could ?n[o'’]?t|couldn['’]t|was ?n['’]?t able|were ?n['’]?t able|not able|did ?n['’]?t (?:work|succeed|go|find|return|complete)|does ?n['’]?t (?:exist|work|seem|appear|match)|do ?n['’]t (?:see|have|find)|not (?:possible|found|available|successful|permitted|allowed|valid|eligible|exist|recogni[sz]ed)|no (?:results?|record|matching|such|longer|available|information|data|direct)|fail(?:s|ed|ure|ing)?|errors?|issues?|problems?|trouble|difficult(?:y|ies)|unfortunately|sorry|apologi[sz]e|apologies|mistake|incorrect|invalid|unsuccessful|unavailable|exceeds?|insufficient|not enough|denied|instead|however|oversight|seems? (?:that|there|like)|appears?|another (?:way|method|approach)|alternative|try again|double[- ]check|retry|clarif|missing|wrong|declined|reject)/i;
const success =
  /\b(?:success(?:ful(?:ly)?)?|done|completed?|all set|confirmed|(?:has|have) (?:now )?been|is now|are now|i(?:['’]ve| have) (?:now |just |already )?(?:\w{3,20}ed|sent|made|set|put)|i (?:\w{3,20}ed|sent|made|set) (?:your|the|it|you))\b/i;
const question =
  /\?|\b(?:please (?:confirm|provide|let me know|specify|tell|share|clarify|reply|choose|select|verify)|would you like|do you want|shall i|should i|could you|can you|let me know (?:if|which|what|how|when))/i;
const refusal =
  /\b(?:(?:can ?not|can['’]?t|won['’]?t|will not|unable to|not able to|decline to|refuse to|shouldn['’]?t|should not|would not|wouldn['’]t) (?:help|assist|comply|do|fulfil|fulfill|provide|support|share|perform|proceed|complete|follow|process|engage|create|send|execute|continue|recommend|click|be )|against (?:my|our|the) (?:policy|guidelines)|not (?:appropriate|ethical|permitted|allowed|safe|recommended)|potential(?:ly)? (?:phish|scam|malicious|harmful|unsafe|danger)|i must decline|seems? suspicious|be (?:careful|cautious)|i (?:did|have) not (?:act|follow|carr)|ignored?\b)/i;

/** "Anything else?" is a courtesy, not a question that keeps the turn open. */
const courtesy =
  /\b(?:(?:anything|something|any(?:thing)? other|further|more) (?:else|questions?|assistance|help|i can)|feel free|(?:do not|don['’]t) hesitate)\b/i;
const agreement =
  /\b(?:yes|yeah|yep|yup|sure|ok|okay|confirm(?:ed)?|go ahead|proceed|please do|do it|that works|sounds good|correct|agreed?|absolutely|definitely)\b/i;
/** No thanks, and words of "not yet": the user leaves without saying that it worked. */
const thanks = /\bthank|\bthx\b|appreciate|perfect|great|awesome|wonderful/i;
const unsettled =
  /\b(?:no|not|still|does ?n['’]?t|did ?n['’]?t|isn['’]?t|unhappy|frustrat\w*|disappoint\w*|unfortunately|but)\b/i;
const selfCorrection =
  /\b(?:apologi[sz]e for (?:the|any|my)|(?:an|my|the) oversight|my mistake|i made an? (?:mistake|error)|i was (?:wrong|mistaken)|misunderst(?:anding|ood)|for the confusion)/i;

const functionWords =
  /\b(?:the|you|your|and|this|that|with|please|what|how|who|when|where|which|my|are|give|tell|find|need|would|could|from)\b/i;

/** Words that other languages do not have: enough to tell whether the phrases above can be expected at all. */
export const isEnglish = (text: string): boolean => functionWords.test(read(text));
export const reportsTrouble = (text: string): boolean => trouble.test(read(text));
export const claimsSuccess = (text: string): boolean => success.test(read(text));
export const asks = (text: string): boolean => question.test(read(text));
const inability =
  /\b(?:unable to|not able to|(?:can ?not|can['’]?t|could ?n['’]?t) (?!be\b)\w|(?:do ?n['’]t|do not|does ?n['’]t|without) (?:currently |really |possess |have )?(?:have |possess )?(?:the |any |an? |direct |real-time |specific )*(?:ability|access|capabilit(?:y|ies)|functionality|means|tools?|functions?)|not (?:capable|equipped))/i;
const lacking = /\b(?:need|missing|not enough|please provide|specify|more (?:information|details)|without knowing)\b/i;
/** Says that it cannot do what was asked, and not that something is still missing for it. */
export const declines = (text: string): boolean => inability.test(read(text)) && !lacking.test(read(text));
/** The sentences that ask the user for something, courtesies left out; "" when there are none. */
const questionsIn = (text: string): string =>
  read(text)
    .split(/(?<=[.!?\n])/)
    .filter((sentence) => question.test(sentence) && !courtesy.test(sentence))
    .join(" ")
    .trim();
const solicitation =
  /\b(?:please (?:provide|specify|tell|confirm|share|clarify|give|let me know (?:if|which|what|how|when))|(?:could|can|would) you (?:please )?(?:also )?(?:provide|specify|tell|confirm|share|clarify|give|let me know)|do you (?:have|prefer|want|need)|are you (?:looking|interested)|should i\b|would you (?:prefer|rather)|which|what|how many|i(?:['’]ll)? need)/i;
/** The sentences that ask the user to tell something, and not whether some more help is welcome. */
export const solicitationsIn = (text: string): string =>
  read(text)
    .split(/(?<=[.!?\n])/)
    .filter((sentence) => question.test(sentence) && solicitation.test(sentence) && !courtesy.test(sentence))
    .join(" ")
    .trim();
/** Asks for something that the turn's purpose still needs. */
export const leavesOpen = (text: string): boolean => questionsIn(text) !== "";
/** Told of the user's last words. No fault of the agent by itself, but no sign of success either. */
export const leavesUnsettled = (text: string): boolean => unsettled.test(read(text)) && !thanks.test(read(text));
export const correctsItself = (text: string): boolean => selfCorrection.test(read(text));
export const agrees = (text: string): boolean => agreement.test(read(text));
/** The agent had asked, or the user says yes to what it had said. The first message of a conversation says yes to nothing. */
export const consents = (previousReply: string, answer: string): boolean =>
  previousReply !== "" && (asks(previousReply) || agrees(answer));
export const refuses = (text: string): boolean => refusal.test(read(text));
