/** What the one who serves says, and what the one who asks says, in languages that many transcripts come in. */

const serving: readonly RegExp[] = [
  /\b(?:how (?:can|may) (?:i|we) (?:help|assist)|thank(?:s| you) for (?:calling|contacting|reaching|your patience|holding)|welcome to|anything else (?:i|we) can|(?:let me|i(?:'ll| will| can)) (?:check|look|pull|help|transfer|verify)|i(?:'d| would) be (?:happy|glad)|may i have your|could you (?:please )?(?:provide|confirm|verify)|is there anything else|please (?:provide|confirm|hold)|i have (?:updated|processed|cancel+ed)|my name is .{1,40} (?:and|how))/iu,
  /(?:wie kann ich (?:ihnen|dir) helfen|was kann ich für sie|vielen dank für ihren anruf|ich (?:prüfe|schaue|sehe) (?:das )?(?:kurz )?nach|kann ich sonst noch)/iu,
  /(?:comment puis-je vous aider|en quoi puis-je|merci d'avoir (?:appelé|contacté)|je vérifie|puis-je avoir votre)/iu,
  /(?:en qué puedo ayudar|cómo puedo ayudar|gracias por (?:llamar|contactar)|permítame|me puede (?:dar|indicar|confirmar)|como posso (?:te |lhe )?ajudar|em que posso|obrigad[oa] por)/iu,
  /(?:come posso aiutar|in cosa posso|grazie per aver|waarmee kan ik|hoe kan ik (?:u|je) helpen|w czym mogę pomóc|чем (?:я )?(?:могу|могу вам) помочь|size nasıl yardımcı|hur kan jag hjälpa)/iu,
  /(?:有什么(?:可以|能)(?:帮|为)|很高兴为您|请问有什么|请提供|ご用件|いらっしゃいませ|お電話ありがとう|承ります|무엇을 도와|도와드릴까요|كيف (?:يمكنني|أستطيع) (?:مساعدتك|أن)|איך אפשר לעזור)/u,
];
const asking: readonly RegExp[] = [
  /\b(?:i (?:need|want|would like|have a (?:problem|question)|can't|cannot|didn't|ordered|bought)|i'?d like|i'm (?:calling|having|trying|looking)|my (?:order|account|flight|package|card|bill|phone|internet|reservation)|can you (?:help|tell|please)|could you help|help me|where is my|how do i)\b/iu,
  /\b(?:ich (?:möchte|brauche|habe ein (?:problem|frage))|meine? (?:bestellung|rechnung|konto|paket)|können sie mir)/iu,
  /(?:je voudrais|j'ai (?:besoin|un problème)|ma commande|pouvez-vous|quiero|necesito|tengo un problema|mi pedido|quero|preciso|meu pedido|vorrei|ho bisogno|il mio ordine|ik wil|mijn bestelling|chcę|potrzebuję|moje zamówienie|я хочу|мне нужно|мой заказ|istiyorum|siparişim)/iu,
  /(?:我(?:想|要|的订单|需要)|能帮我|怎么|私の|したいのですが|注文した|제 주문|하고 싶|أريد|أحتاج|طلبي|אני רוצה|אני צריך)/u,
];

/** Only the beginning of an utterance is looked at. */
const looked = 600;

/** Above 0: the utterances read like those of whoever serves; below: like those of whoever asks. */
export function servesRatherThanAsks(utterances: readonly string[]): number {
  return utterances.reduce((sum, utterance) => {
    const text = utterance.slice(0, looked).replaceAll("’", "'");
    return sum + (serving.some((sign) => sign.test(text)) ? 1 : 0) - (asking.some((sign) => sign.test(text)) ? 1 : 0);
  }, 0);
}
