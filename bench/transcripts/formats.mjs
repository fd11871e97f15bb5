// Ways in which people write conversations down. Each makes a text of a dialogue (a list of {role, text}, the roles in turns) and
// says what is to be read back: `text` as it can be known from the format, and with which hints.

const two = (user, assistant) => (role) => (role === "user" ? user : assistant);
const clock = (at, step = 7) => {
  const seconds = at * step + 3;
  const pad = (number) => String(number).padStart(2, "0");
  return { h: pad(Math.floor(seconds / 3600)), m: pad(Math.floor(seconds / 60) % 60), s: pad(seconds % 60) };
};
const flat = (text) => text.replace(/\s+/g, " ").trim();
const hour = (at) => {
  const { m, s } = clock(at);
  return { m, s, twelve: `${9 + (Math.floor((at * 7) / 3600) % 3)}:${m}` };
};
const labelled =
  (names, write, joint = "\n") =>
  (dialogue) =>
    dialogue.map(({ role, text }, at) => write(names(role), text, at)).join(joint);
const people = two("Maria Lopez", "Tom");
const serving = two("Customer", "Agent");

function wrap(text, width, indent) {
  const lines = [""];
  for (const word of flat(text).split(" ")) {
    const line = lines.at(-1);
    if (line !== "" && line.length + word.length + 1 > width) lines.push(indent + word);
    else lines[lines.length - 1] = line === "" ? word : `${line} ${word}`;
  }
  return lines.join("\n");
}

/** `hints` are what a sender would say; `isFlat`: line breaks within a message are lost. `isGuess`: nobody is named. */
export const formats = {
  "colon, role words": { write: labelled(serving, (name, text) => `${name}: ${text}`) },
  "colon, blank lines between": {
    write: labelled(two("User", "Assistant"), (name, text) => `${name}: ${text}`, "\n\n"),
  },
  "colon, capitals": { write: labelled(two("CALLER", "OPERATOR"), (name, text) => `${name}: ${text}`) },
  "colon, names": { write: labelled(people, (name, text) => `${name}: ${text}`), hints: "first" },
  "colon, names, told by the context": {
    write: labelled(people, (name, text) => `${name}: ${text}`),
    context: "Maria Lopez is the customer",
  },
  "colon, name with role": {
    write: labelled(two("Maria (Customer)", "Tom (Support)"), (name, text) => `${name}: ${text}`),
  },
  "speaker numbers": {
    write: labelled(two("Speaker 1", "Speaker 2"), (name, text) => `${name}: ${text}`),
    hints: "first",
  },
  "amazon transcribe": {
    write: labelled(two("spk_0", "spk_1"), (name, text) => `${name}: ${flat(text)}`),
    hints: "first",
    isFlat: true,
  },
  "Q and A": { write: labelled(two("Q", "A"), (name, text) => `${name}: ${text}`) },
  "human and assistant": {
    write: (dialogue) =>
      dialogue.map(({ role, text }) => `\n\n${role === "user" ? "Human" : "Assistant"}: ${text}`).join(""),
  },
  dash: { write: labelled(serving, (name, text) => `${name} - ${flat(text)}`), isFlat: true },
  brackets: { write: labelled(serving, (name, text) => `[${name}] ${text}`) },
  "brackets, names": {
    write: labelled(people, (name, text) => `[${name}] ${flat(text)}`),
    hints: "first",
    isFlat: true,
  },
  irc: {
    write: labelled(two("maria", "helpbot"), (name, text) => `<${name}> ${flat(text)}`),
    hints: "first",
    isFlat: true,
  },
  "bold markdown": { write: labelled(two("User", "Assistant"), (name, text) => `**${name}**: ${text}`, "\n\n") },
  "bold markdown, colon within": {
    write: labelled(two("Customer", "Agent"), (name, text) => `**${name}:** ${text}`, "\n\n"),
  },
  "markdown headings": { write: labelled(two("User", "Assistant"), (name, text) => `### ${name}\n\n${text}`, "\n\n") },
  list: { write: labelled(two("User", "Bot"), (name, text) => `- ${name}: ${flat(text)}`), isFlat: true },
  quoted: { write: labelled(two("User", "Bot"), (name, text) => `> ${name}: ${flat(text)}`), isFlat: true },
  table: {
    write: labelled(two("User", "Bot"), (name, text) => `| ${name} | ${flat(text).replaceAll("|", "/")} |`),
    isFlat: true,
    noBars: true,
  },
  tabs: { write: labelled(serving, (name, text) => `${name}\t${flat(text)}`), isFlat: true },
  screenplay: {
    write: labelled(
      serving,
      (name, text) =>
        `${name.toUpperCase()}\n${text
          .split("\n")
          .map((line) => `    ${line}`)
          .join("\n")}`,
      "\n\n",
    ),
  },
  "wrapped at 72, hanging": {
    write: labelled(serving, (name, text) => `${name}: ${wrap(text, 72, "          ")}`),
    isFlat: true,
  },
  said: { write: labelled(two("You", "ChatGPT"), (name, text) => `${name} said:\n${text}`, "\n\n") },
  "time before, brackets": {
    write: labelled(people, (name, text, at) => `[${clock(at).h}:${clock(at).m}:${clock(at).s}] ${name}: ${text}`),
    hints: "first",
  },
  "time before, ISO": {
    write: labelled(
      two("user", "bot"),
      (name, text, at) => `2026-03-01T10:${clock(at).m}:${clock(at).s}Z ${name}: ${text}`,
    ),
  },
  "time behind, parentheses": {
    write: labelled(people, (name, text, at) => `${name} (${clock(at).h}:${clock(at).m}:${clock(at).s}): ${text}`),
    hints: "first",
  },
  "live chat": {
    write: (dialogue) =>
      `Chat started: Monday, March 02, 2026\n${labelled(two("Visitor 81", "Support"), (name, text, at) => `(${hour(at).twelve}:${hour(at).s} AM) ${name}: ${text}`)(dialogue)}`,
  },
  "whatsapp, android": {
    write: (dialogue) =>
      `12/31/25, 9:01 PM - Messages and calls are end-to-end encrypted.\n${labelled(people, (name, text, at) => `12/31/25, ${hour(at).twelve} PM - ${name}: ${text}`)(dialogue)}`,
    hints: "first",
  },
  "whatsapp, ios": {
    write: labelled(people, (name, text, at) => `\u200e[31.12.25, 21:${clock(at).m}:${clock(at).s}] ${name}: ${text}`),
    hints: "first",
  },
  telegram: {
    write: labelled(people, (name, text, at) => `${name}, [31.12.2025 21:${clock(at).m}]\n${text}`, "\n\n"),
    hints: "first",
  },
  slack: { write: labelled(people, (name, text, at) => `${name}  ${hour(at).twelve} AM\n${text}`), hints: "first" },
  discord: {
    write: labelled(people, (name, text, at) => `${name} — Today at ${hour(at).twelve} PM\n${text}`),
    hints: "first",
  },
  otter: {
    write: labelled(
      people,
      (name, text, at) => `${name}  ${Number(clock(at).m)}:${clock(at).s}\n${flat(text)}`,
      "\n\n",
    ),
    hints: "first",
    isFlat: true,
  },
  teams: {
    write: labelled(people, (name, text, at) => `[${hour(at).twelve} AM] ${name}\n${text}`, "\n\n"),
    hints: "first",
  },
  "zoom chat": {
    write: labelled(
      people,
      (name, text, at) =>
        `${clock(at).h}:${clock(at).m}:${clock(at).s}\t From ${name} to Everyone:\n\t${text.replaceAll("\n", "\n\t")}`,
    ),
    hints: "first",
  },
  "webvtt, voices": {
    write: (dialogue) =>
      `WEBVTT\n\n${labelled(people, (name, text, at) => `${at + 1}\n00:${clock(at).m}:${clock(at).s}.000 --> 00:${clock(at + 1).m}:${clock(at + 1).s}.000\n<v ${name}>${flat(text)}</v>`, "\n\n")(dialogue)}\n`,
    hints: "first",
    isFlat: true,
    noTags: true,
  },
  "webvtt, zoom": {
    write: (dialogue) =>
      `WEBVTT\n\n${labelled(people, (name, text, at) => `${at + 1}\n00:${clock(at).m}:${clock(at).s}.000 --> 00:${clock(at + 1).m}:${clock(at + 1).s}.000\n${name}: ${flat(text)}`, "\n\n")(dialogue)}\n`,
    hints: "first",
    isFlat: true,
    noTags: true,
  },
  srt: {
    write: labelled(
      serving,
      (name, text, at) =>
        `${at + 1}\n00:${clock(at).m}:${clock(at).s},000 --> 00:${clock(at + 1).m}:${clock(at + 1).s},500\n${name}: ${flat(text)}`,
      "\n\n",
    ),
    isFlat: true,
    noTags: true,
  },
  chatml: { write: labelled(two("user", "assistant"), (name, text) => `<|im_start|>${name}\n${text}<|im_end|>`) },
  "llama 3": {
    write: (dialogue) =>
      `<|begin_of_text|>${labelled(two("user", "assistant"), (name, text) => `<|start_header_id|>${name}<|end_header_id|>\n\n${text}<|eot_id|>`, "")(dialogue)}`,
  },
  inst: {
    write: (dialogue) =>
      dialogue.map(({ role, text }) => (role === "user" ? `[INST] ${text} ` : `[/INST] ${text}</s>`)).join(""),
  },
  tags: { write: labelled(two("user", "assistant"), (name, text) => `<${name}>${text}</${name}>`) },
  "json messages": {
    write: (dialogue) => JSON.stringify({ messages: dialogue.map(({ role, text }) => ({ role, content: text })) }),
  },
  "json, other names": {
    write: (dialogue) =>
      JSON.stringify(
        { conversation: dialogue.map(({ role, text }) => ({ from: role === "user" ? "human" : "gpt", value: text })) },
        undefined,
        2,
      ),
  },
  jsonl: {
    write: (dialogue) => dialogue.map(({ role, text }) => JSON.stringify({ speaker: serving(role), text })).join("\n"),
  },
  dutch: { write: labelled(two("Klant", "Medewerker"), (name, text) => `${name}: ${text}`) },
  german: { write: labelled(two("Kunde", "Berater"), (name, text) => `${name}: ${text}`) },
  "french, spaced colon": { write: labelled(two("Cliente", "Conseiller"), (name, text) => `${name} : ${text}`) },
  spanish: { write: labelled(two("Usuario", "Asistente"), (name, text) => `${name}: ${text}`) },
  russian: { write: labelled(two("Клиент", "Оператор"), (name, text) => `${name}: ${text}`) },
  "chinese, full-width colon": { write: labelled(two("用户", "客服"), (name, text) => `${name}：${text}`) },
  "japanese, full-width colon": { write: labelled(two("お客様", "オペレーター"), (name, text) => `${name}：${text}`) },
  korean: { write: labelled(two("고객", "상담원"), (name, text) => `${name}: ${text}`) },
  arabic: { write: labelled(two("العميل", "الموظف"), (name, text) => `\u200f${name}: ${text}`) },
  hebrew: { write: labelled(two("לקוח", "נציג"), (name, text) => `${name}: ${text}`) },
  "amharic, ethiopic colon": { write: labelled(two("ደንበኛ", "ወኪል"), (name, text) => `${name}፡ ${text}`) },
  "one line": {
    write: (dialogue) => labelled(two("User", "Assistant"), (name, text) => `${name}: ${flat(text)}`, " ")(dialogue),
    isFlat: true,
  },
  "dashes, no names": {
    write: (dialogue) => dialogue.map(({ text }) => `— ${flat(text)}`).join("\n"),
    hints: "first",
    isFlat: true,
    isGuess: true,
  },
  "paragraphs, no names": {
    write: (dialogue) => dialogue.map(({ text }) => flat(text)).join("\n\n"),
    hints: "first",
    isFlat: true,
    isGuess: true,
  },
};
