/**
 * How content speaks to a judge: it talks about the instructions of whoever reads it, calls the judge by its office, asks for a
 * score, writes the verdict itself, or pretends that the material has ended. Each pattern looks a bounded way ahead, so
 * hostile text stays cheap.
 */

const english: readonly RegExp[] = [
  /\b(?:ignore|disregard|forget|override|bypass)\b[^.!?]{0,60}\b(?:instruction|rubric|prompt|guideline|criteria|criterion)s?\b/i,
  /\b(?:judge|grader|evaluator|scorer|assessor|reviewer)s?\b[^.!?]{0,60}\b(?:score|rate|grade|award|assign|mark|must|output|respond)\b/i,
  /\b(?:score|rate|grade|mark|evaluate|judge) this (?:turn|session|trajectory|conversation|transcript|interaction)\b/i,
  /\b(?:give|award|assign|return|output|write|set)\b[^.!?]{0,30}\b(?:score|verdict|rating)s?\b[^.!?\n]{0,20}(?:\bone\b|[-+]?\b1\b|\bhelpful\b|\bfull\b|\bhighest\b|\bmaximum\b)/i,
  /\b(?:turn|trajectory|overall|final) (?:score|verdict)\b\W{0,3}(?:is|of|:|=|to|must be)?\s*[-+]?1\b/i,
];

/** The members of a verdict, the end of the material, and the marks of chat templates. */
const structure: readonly RegExp[] = [
  /"(?:wrong_tool_usage|inconsistent_reasoning|unnecessary_actions|early_termination|user_summary|assistant_summary)"\s*:/i,
  /"(?:turn_)?reasoning"\s*:[^{}]{0,400}"score"\s*:|"score"\s*:[^{}]{0,400}"(?:turn_)?reasoning"\s*:/i,
  /\b(?:begin|end)(?: of)?(?: the)? untrusted data\b/i,
  /\b(?:begin|end)(?: of)?(?: the)? (?:untrusted|trusted)? ?(?:data|material|transcript)\b\W*(?:[\da-f]{8,}|now|\n)/i,
  /<\|?\/?(?:im_start|im_end|system|end_of_turn|start_of_turn|eot_id|endoftext|untrusted[\w-]{0,20})\b|\[\/?INST\]|<<\/?SYS>>/i,
];

/** "Ignore the instructions" and "give the best mark" in the other languages that most is written in. */
const others: readonly RegExp[] = [
  // German
  /(?:ignorier|missacht|vergiss|vergesst|übergeh)\p{L}{0,6}[^.!?]{0,60}(?:anweisung|vorgabe|instruktion|kriteri|bewertungs|rubrik|prompt)/iu,
  /(?:bewerte|benote|beurteile|gib|vergib|erteile)\p{L}{0,2}\b[^.!?]{0,60}(?:bestnote|höchstnote|höchste[nr]? punkt|volle punkt|note eins|als hilfreich|gespräch mit 1)/iu,
  // French
  /(?:ignore|oublie|(?:ne )?t(?:iens|enez) pas compte)\p{L}{0,3}[^.!?]{0,60}(?:instruction|consigne|critère|barème)/iu,
  /(?:donne|attribue|mets|note|évalue)\p{L}{0,3}\b[^.!?]{0,60}(?:note maximale|meilleure note|score maximal|note de 1)/iu,
  // Spanish, Portuguese, Italian
  /(?:ignor|olvid|esquec|dimentic)\p{L}{1,6}[^.!?]{0,60}(?:instrucc|instruç|istruzion|criterio|critério|criteri|rúbrica|rubrica)/iu,
  /(?:puntuación|calificación|pontuação|nota|punteggio|voto) (?:máxim|mais alt|más alt|massim)/iu,
  // Russian and Ukrainian
  /(?:игнориру|забуд|не обращай)\p{L}{0,6}[^.!?]{0,60}(?:инструкци|указани|критери|промпт|інструкці)/iu,
  /(?:поставь|выставь|присвой|оцени|постав)\p{L}{0,4}[^.!?]{0,60}(?:высш|максимальн|найвищ|один балл|оценку 1)/iu,
  // Polish, Turkish
  /(?:zignoruj|pomiń|zapomnij)[^.!?]{0,60}(?:instrukcj|poleceni|kryteri)/iu,
  /(?:talimat|yönerge|kural)\p{L}{0,8}[^.!?]{0,40}(?:yok say|görmezden gel|unut)/iu,
  // Chinese, Japanese, Korean
  /(?:忽略|无视|無視|忘记|忘記|不要理会|不要遵守)[^。！？]{0,40}(?:指令|指示|提示|规则|規則|标准|標準|评分)/u,
  /(?:给|給|打|评)(?:出|予|它|这|本|一个)?[^。！？]{0,20}(?:满分|滿分|最高分|一分|1分)/u,
  /(?:指示|命令|プロンプト|基準|ルール)[^。！？]{0,20}(?:無視|忘れ)/u,
  /(?:満点|最高点|最高評価)[^。！？]{0,20}(?:ください|与え|付け|つけ)/u,
  /(?:지시|명령|프롬프트|기준|규칙)[^.!?]{0,20}(?:무시|잊)/u,
  /(?:만점|최고 ?점수)[^.!?]{0,20}(?:주|부여)/u,
  // Arabic, Persian, Hebrew, Hindi
  /(?:تجاهل|انس|نادیده)[^.!?؟]{0,60}(?:تعليمات|التعليمات|المعايير|الأوامر|دستور)/u,
  /(?:أعط|امنح|ضع)\p{L}{0,4}[^.!?؟]{0,60}(?:درجة|الدرجة|أعلى)/u,
  /(?:התעלם|תתעלם|שכח)\p{L}{0,3}[^.!?]{0,60}(?:הוראות|ההוראות|הקריטריונים)/u,
  /(?:निर्देश|नियम)[^।!?]{0,40}(?:अनदेखा|नज़रअंदाज़|भूल)/u,
];

const addresses = [...english, ...structure, ...others];

/** The first passage that does so. */
export function addressesIn(text: string): string | undefined {
  for (const address of addresses) {
    const found = address.exec(text);
    if (found !== null) return found[0];
  }
  return undefined;
}
