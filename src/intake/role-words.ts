/** What people call the two sides of a conversation, in the languages that transcripts come in. */
import type { SpokenRole } from "../model/transcript.ts";

/** `system` and `narrator` speak to nobody in the conversation. */
export type LabelRole = SpokenRole | "system" | "narrator";

const listed = (text: string): readonly string[] => text.split(/[,\n]/).flatMap((word) => word.trim() || []);

/** Said of whoever asks: words of one language after the other. */
const userWords = listed(`
  user, end user, customer, client, caller, human, me, you, guest, visitor, patient, buyer, shopper, consumer, prospect, member, requester, prompt, question
  benutzer, benutzerin, nutzer, nutzerin, anwender, kunde, kundin, anrufer, anruferin, mensch, gast, besucher, ich, frage
  gebruiker, klant, beller, bezoeker, mens, vraag
  utilisateur, utilisatrice, cliente, appelant, appelante, humain, visiteur, usager, moi, question
  usuario, usuaria, humano, persona, llamante, comprador, compradora, pregunta, yo
  usuário, usuária, utilizador, utilizadora, pergunta, eu, chamador
  utente, chiamante, umano, acquirente, domanda, io
  użytkownik, użytkowniczka, klient, klientka, dzwoniący, człowiek, pytanie
  uživatel, uživatelka, zákazník, zákaznice, volající, člověk, otázka, používateľ
  felhasználó, ügyfél, vásárló, kérdés, utilizator, întrebare, потребител
  пользователь, пользовательница, клиент, клиентка, покупатель, покупательница, абонент, человек, вопрос, я
  користувач, клієнт, клієнтка, покупець, питання
  kullanıcı, müşteri, arayan, insan, soru
  användare, kund, människa, fråga, bruker, bruger, kunde, spørgsmål, spørsmål, käyttäjä, asiakas, kysymys
  χρήστης, πελάτης, ερώτηση, pengguna, pelanggan, manusia, pertanyaan, pembeli
  người dùng, khách hàng, khách, câu hỏi, ผู้ใช้, ลูกค้า, คำถาม
  用户, 用戶, 使用者, 顾客, 顧客, 客户, 客戶, 客人, 买家, 買家, 来电者, 人类, 问, 问题, 提问, 我
  ユーザー, ユーザ, お客様, お客さま, 客, 利用者, 質問, 顧客様
  사용자, 유저, 고객, 고객님, 손님, 질문
  المستخدم, مستخدم, العميل, عميل, الزبون, زبون, المتصل, سؤال, کاربر, مشتری, پرسش
  משתמש, לקוח, לקוחה, שאלה, उपयोगकर्ता, ग्राहक, उपभोक्ता, प्रश्न, ব্যবহারকারী, গ্রাহক, பயனர், వినియోగదారు
  ተጠቃሚ, ደንበኛ, ጥያቄ, mtumiaji, mteja
`);

const assistantWords = listed(`
  assistant, agent, bot, chatbot, ai, ai assistant, model, support, advisor, adviser, operator, representative, rep, csr, associate, specialist, helpdesk
  help desk, service desk, staff, supervisor, manager, receptionist, clerk, consultant, concierge, dispatcher, technician, gpt, chatgpt, claude, gemini, copilot
  llama, mistral, grok, bard, deepseek, qwen, alexa, siri, virtual assistant, machine, response, answer, llm, completion, ivr, customer service, customer support
  customer care, customer service representative, client services, customer success, support agent
  assistent, assistentin, berater, beraterin, mitarbeiter, mitarbeiterin, bearbeiter, sachbearbeiter, kundenservice, kundenbetreuer, kundenberater, kundendienst
  kundenbetreuung, antwort, ki, medewerker, klantenservice, agente, adviseur, antwoord
  assistente, conseiller, conseillère, service client, téléconseiller, opérateur, opératrice, réponse, agente, conseillere, ia
  asistente, asesor, asesora, operador, operadora, soporte, servicio al cliente, atención al cliente, respuesta
  atendente, suporte, atendimento, atendimento ao cliente, resposta, consulente, operatore, operatrice, supporto, servizio clienti, assistenza, risposta
  asystent, asystentka, doradca, konsultant, konsultantka, obsługa klienta, pracownik, odpowiedź
  asistent, asistentka, operátor, operátorka, podpora, zákaznická podpora, odpověď, asszisztens, ügyfélszolgálat, ügynök, válasz, asistentul, răspuns, агент
  ассистент, помощник, оператор, агент, бот, консультант, поддержка, служба поддержки, менеджер, ответ, сотрудник
  асистент, помічник, підтримка, відповідь
  asistan, temsilci, müşteri temsilcisi, müşteri hizmetleri, destek, yanıt, cevap
  handläggare, kundtjänst, svar, kundeservice, rådgiver, medarbejder, assistentti, asiakaspalvelu, asiakaspalvelija, avustaja, vastaus
  βοηθός, πράκτορας, εκπρόσωπος, υποστήριξη, απάντηση, asisten, agen, petugas, layanan pelanggan, jawaban
  trợ lý, nhân viên, tổng đài viên, trả lời, ผู้ช่วย, เจ้าหน้าที่, พนักงาน, คำตอบ
  助手, 助理, 客服, 客服人员, 客户服务, 客户支持, 坐席, 座席, 机器人, 機器人, 智能助手, 智能客服, 顾问, 顧問, 答, 回答, 答案, 卖家, 人工智能, 店员
  アシスタント, エージェント, オペレーター, オペレータ, 担当者, 担当, サポート, ボット, カスタマーサポート, カスタマーサービス, 店員, 回答, 係員
  어시스턴트, 도우미, 상담원, 상담사, 직원, 고객센터, 챗봇, 봇, 에이전트, 답변, 대답, 답
  المساعد, مساعد, الوكيل, وكيل, الموظف, موظف, الدعم, خدمة العملاء, البوت, جواب, إجابة, دستیار, پشتیبان, پشتیبانی, اپراتور, پاسخ
  עוזר, עוזרת, נציג, נציגה, נציג שירות, סוכן, תמיכה, בוט, תשובה
  सहायक, एजेंट, प्रतिनिधि, ग्राहक सेवा, उत्तर, जवाब, সহকারী, এজেন্ট, உதவியாளர், సహాయకుడు
  ረዳት, ወኪል, መልስ, msaidizi, wakala
`);

const narratorWords = listed(
  "narrator, note taker, stage direction, erzähler, narrateur, narrador, narratore, рассказчик, 旁白, ナレーター, tool, function, observation",
);
const systemWords = listed(
  "system, developer, sistema, système, систем, система, 系统, 系統, システム, 시스템, النظام",
);

const userSet = new Set(userWords);
const assistantSet = new Set(assistantWords);
const narratorSet = new Set(narratorWords);
const systemSet = new Set(systemWords);

/** A label as it is compared: without case, marks that have no width, and a number that tells two of a kind apart. */
export function labelKey(label: string): string {
  return label
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[\p{Cf}"“”„«»'’`*_]/gu, "")
    .replace(/[\s\u00a0]+/g, " ")
    .trim();
}

/** What the label says of whoever speaks under it; undefined for a name. */
export function roleOfLabel(label: string): LabelRole | undefined {
  const key = labelKey(label);
  const inside = /^([^()[\]]*)[([]([^()[\]]{1,40})[)\]]$/.exec(key);
  const parts = inside === null ? [key] : [inside[2] ?? "", inside[1] ?? ""];
  for (const part of parts) {
    const role = roleOfPhrase(part.replace(/[\s#.-]*\d{1,3}$/, "").trim());
    if (role !== undefined) return role;
  }
  return undefined;
}

function roleOfPhrase(phrase: string): LabelRole | undefined {
  const exact = roleOfWord(phrase);
  if (exact !== undefined) return exact;
  // "Agent Sarah", "Support Agent", "Acme AI": one word that says it; of two that differ, that of the one who serves.
  const words = phrase.split(/[\s/,_-]+/).filter((word) => word.length > 1 && !pronouns.has(word));
  if (words.length < 2 || words.length > 4 || words.some((word) => joining.has(word))) return undefined;
  const roles = new Set(words.map(roleOfWord));
  return roles.has("assistant") ? "assistant" : roles.has("user") ? "user" : undefined;
}

/** A phrase with one of these speaks of somebody, and is nobody's name. */
const joining = new Set(
  listed("the, from, of, to, for, and, with, by, in, on, is, as, your, my, our, this, that, von, und, de, la, le"),
);

/** Only alone do they name a speaker. */
const pronouns = new Set([
  "me",
  "you",
  "question",
  "answer",
  "response",
  "prompt",
  "model",
  "machine",
  "persona",
  "human",
]);

function roleOfWord(word: string): LabelRole | undefined {
  if (userSet.has(word)) return "user";
  if (assistantSet.has(word)) return "assistant";
  if (systemSet.has(word)) return "system";
  return narratorSet.has(word) ? "narrator" : undefined;
}

/** Pairs of initials for question and answer, which mean that only together. */
const initials: readonly (readonly [user: string, assistant: string])[] = [
  ["q", "a"],
  ["f", "a"],
  ["p", "r"],
  ["d", "r"],
  ["v", "a"],
  ["u", "a"],
  ["c", "a"],
  ["h", "a"],
  ["в", "о"],
  ["п", "в"],
  ["s", "c"],
  ["س", "ج"],
  ["ש", "ת"],
  ["m", "v"],
];

/** Roles of labels that are initials, when all labels of the text are given. */
export function rolesOfInitials(keys: readonly string[]): ReadonlyMap<string, SpokenRole> {
  const pair = initials.find((both) => both.every((initial) => keys.includes(initial)));
  return pair === undefined
    ? new Map()
    : new Map([
        [pair[0], "user"],
        [pair[1], "assistant"],
      ]);
}
