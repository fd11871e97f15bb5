/** What the rules make of transcripts. The conversations are invented; bench/transcripts.mjs measures real ones in every format. */
import { array, assert, constantFrom, oneof, property, string } from "fast-check";
import { describe, expect, it } from "vitest";
import { formats } from "../../bench/transcripts/formats.mjs";
import { parseTranscript } from "../../src/intake/parse-transcript.ts";
import type { TranscriptHints } from "../../src/model/transcript.ts";
import { processorMs } from "../support/processor-ms.ts";

const dialogue = [
  { role: "user", text: "Hi, I ordered a lamp last week.\nWhere is it?" },
  { role: "assistant", text: "Let me look:\n- Order: 4711\n- Status: sent\n\nNote: it left on Monday at 10:30." },
  { role: "user", text: "Can you send it to: 5 Elm Street instead?" },
  { role: "assistant", text: "Done. Anything else?" },
  { role: "user", text: "No, thank you!" },
];

const flat = (text: string) => text.replace(/\s+/g, " ").trim();
const read = (text: string, hints?: TranscriptHints) => {
  const { messages, transcript } = parseTranscript(text, hints);
  return { spoken: messages.map(({ role, content }) => [role, content]), ...transcript };
};
const spoken = (text: string, hints?: TranscriptHints) => read(text, hints).spoken;

describe("VH-2 parseTranscript", () => {
  it.each(Object.entries(formats))("reads back what was written as: %s", (_name, format) => {
    const hints: TranscriptHints = {
      ...(format.hints === "first" ? { firstSpeakerRole: "user" } : {}),
      ...(format.context === undefined ? {} : { context: format.context }),
    };
    const { messages, transcript } = parseTranscript(format.write(dialogue), hints);
    expect(messages.map(({ role, content }) => [role, flat(typeof content === "string" ? content : "")])).toEqual(
      dialogue.map(({ role, text }) => [role, flat(text)]),
    );
    expect(transcript.confidence < 0.6).toBe(format.isGuess === true);
  });

  it.each<[string, string, TranscriptHints, readonly (readonly [string, string])[]]>([
    [
      "two letters",
      "A: hi\nB: yo",
      {},
      [
        ["user", "hi"],
        ["assistant", "yo"],
      ],
    ],
    [
      "neighbouring lines of one side",
      "User: a\nUser: b\nBot: c\nBot: d",
      {},
      [
        ["user", "a\nb"],
        ["assistant", "c\nd"],
      ],
    ],
    [
      "a system line",
      "System: Be kind.\nUser: a\nBot: b",
      {},
      [
        ["system", "Be kind."],
        ["user", "a"],
        ["assistant", "b"],
      ],
    ],
    [
      "an assistant who greets first",
      "Bot: Welcome.\nUser: a\nBot: b",
      {},
      [
        ["assistant", "Welcome."],
        ["user", "a"],
        ["assistant", "b"],
      ],
    ],
    [
      "labels in mixed case",
      "USER: a\nuser: b\nAssistant: c",
      {},
      [
        ["user", "a\nb"],
        ["assistant", "c"],
      ],
    ],
    [
      "lines of keys within an answer",
      "User: a\nBot: Here:\nPrice: 5\nDate: 6\nUser: b",
      {},
      [
        ["user", "a"],
        ["assistant", "Here:\nPrice: 5\nDate: 6"],
        ["user", "b"],
      ],
    ],
    [
      "addresses of the web",
      "User: see\nhttps://x.example: ok\nBot: b",
      {},
      [
        ["user", "see\nhttps://x.example: ok"],
        ["assistant", "b"],
      ],
    ],
    [
      "line ends of Windows",
      "User: a\r\nBot: b\r\n",
      {},
      [
        ["user", "a"],
        ["assistant", "b"],
      ],
    ],
    [
      "a byte order mark",
      "\uFEFFUser: a\nBot: b",
      {},
      [
        ["user", "a"],
        ["assistant", "b"],
      ],
    ],
    [
      "marks of direction",
      "\u202bUser: a\u202c\n\u200fBot: b",
      {},
      [
        ["user", "a\u202c"],
        ["assistant", "b"],
      ],
    ],
    [
      "notices of a chat",
      "User: a\nTom has joined the chat.\nBot: b",
      {},
      [
        ["user", "a"],
        ["assistant", "b"],
      ],
    ],
    [
      "who serves, by what it says",
      "Ann: Hello, how can I help you?\nBob: I need a new phone.",
      {},
      [
        ["assistant", "Hello, how can I help you?"],
        ["user", "I need a new phone."],
      ],
    ],
    [
      "who serves, in Japanese",
      "田中: お電話ありがとうございます。\n佐藤: 注文したものが届きません。",
      {},
      [
        ["assistant", "お電話ありがとうございます。"],
        ["user", "注文したものが届きません。"],
      ],
    ],
    [
      "a human and a bot with a name",
      "Ann: hi\nHelpBot AI: yo",
      {},
      [
        ["user", "hi"],
        ["assistant", "yo"],
      ],
    ],
    [
      "several people and a bot",
      "Ann: hi\nBob: hello\nBot: yo",
      {},
      [
        ["user", "Ann: hi\nBob: hello"],
        ["assistant", "yo"],
      ],
    ],
    ["plain, as it is asked for", "User: a\nBot: b", { format: "plain" }, [["user", "User: a\nBot: b"]]],
    ["a list of facts", "Name: Bob\nAge: 5\nCity: Rome", {}, [["user", "Name: Bob\nAge: 5\nCity: Rome"]]],
    [
      "a text of one who speaks first as the assistant",
      "Nobody is named here.",
      { firstSpeakerRole: "assistant" },
      [["assistant", "Nobody is named here."]],
    ],
    ["JSON that is no conversation", '{"a":[1,2]}', {}, [["user", '{"a":[1,2]}']]],
    [
      "JSON with parts",
      '[{"role":"user","content":[{"type":"text","text":"a"},{"type":"image"}]},{"role":"assistant","content":"b"}]',
      {},
      [
        ["user", "a"],
        ["assistant", "b"],
      ],
    ],
    [
      "speakers as numbers in JSON",
      '[{"speaker":0,"text":"a"},{"speaker":1,"text":"b"}]',
      {},
      [
        ["user", "a"],
        ["assistant", "b"],
      ],
    ],
  ])("takes %s", (_name, text, hints, expected) => {
    expect(spoken(text, hints)).toEqual(expected);
  });

  it.each([
    ["user", "assistant"],
    ["Kunde", "Berater"],
    ["Klant", "Medewerker"],
    ["Client", "Conseiller"],
    ["Usuario", "Asistente"],
    ["Usuário", "Atendente"],
    ["Utente", "Operatore"],
    ["Klient", "Konsultant"],
    ["Zákazník", "Operátor"],
    ["Ügyfél", "Ügyfélszolgálat"],
    ["Пользователь", "Помощник"],
    ["Клієнт", "Підтримка"],
    ["Müşteri", "Müşteri Temsilcisi"],
    ["Kund", "Kundtjänst"],
    ["Asiakas", "Asiakaspalvelu"],
    ["Πελάτης", "Βοηθός"],
    ["Pelanggan", "Petugas"],
    ["Khách hàng", "Nhân viên"],
    ["ลูกค้า", "เจ้าหน้าที่"],
    ["顾客", "客服"],
    ["お客様", "担当者"],
    ["고객", "상담원"],
    ["العميل", "الموظف"],
    ["لקוח".replace("ل", "ל"), "נציג"],
    ["ग्राहक", "एजेंट"],
    ["ደንበኛ", "ወኪል"],
    ["Mteja", "Wakala"],
    ["Member", "Customer Service"],
    ["Patient 2", "Virtual Assistant"],
  ])("knows the two sides as %s and %s, whoever speaks first", (user, assistant) => {
    const { spoken, confidence } = read(`${assistant}: one\n${user}: two\n${assistant}: three`);
    expect(spoken).toEqual([
      ["assistant", "one"],
      ["user", "two"],
      ["assistant", "three"],
    ]);
    expect(confidence).toBeGreaterThan(0.9);
  });

  it("says what it went by, and what it left out", () => {
    const { notes, speakers } = read("Transcript of Monday\n\nAnn: blue\nBob: green\nAnn: red");
    expect(speakers).toEqual([
      { label: "Ann", role: "user" },
      { label: "Bob", role: "assistant" },
    ]);
    expect(notes).toEqual([
      "The labels do not say who the user is: it is taken to be the first speaker.",
      "1 line belongs to no speaker and was left out.",
    ]);
  });

  it("reads nothing out of nothing", () => {
    expect(read(" \n ")).toMatchObject({ spoken: [], confidence: 0 });
  });
});

describe("hostile transcripts", () => {
  it("never throws, whatever the text is, and gives a confidence between 0 and 1", () => {
    const piece = oneof(
      string({ unit: "binary", maxLength: 40 }),
      constantFrom(
        "User: ",
        "Bot:",
        "\n",
        "\r\n",
        "[",
        "]",
        "(00:01)",
        "**",
        "<|im_start|>user\n",
        "{",
        '"role"',
        "-->",
        "|",
        "\t",
        "：",
        "__proto__: ",
        "constructor: ",
      ),
    );
    assert(
      property(array(piece, { maxLength: 60 }), (pieces) => {
        const { transcript, messages } = parseTranscript(pieces.join(""));
        expect(transcript.confidence).toBeGreaterThanOrEqual(0);
        expect(transcript.confidence).toBeLessThanOrEqual(1);
        for (const { content } of messages) expect(content).not.toBe("");
      }),
      { numRuns: 300 },
    );
  });

  it("takes names that objects have anyway as names", () => {
    expect(spoken("constructor: a\ntoString: b")).toEqual([
      ["user", "a"],
      ["assistant", "b"],
    ]);
  });

  const kilobytes = 256;
  it.each<[string, (size: number) => string]>([
    ["one character", (size) => "a".repeat(size)],
    ["blanks", (size) => " ".repeat(size)],
    ["colons", (size) => ":".repeat(size)],
    ["brackets", (size) => "[".repeat(size)],
    ["open braces", (size) => "{".repeat(size)],
    ["stars", (size) => "*".repeat(size)],
    ["tags", (size) => "<v ".repeat(size / 3)],
    ["marks of models", (size) => "<|im_start|>".repeat(size / 12)],
    ["digits and dots", (size) => "1.".repeat(size / 2)],
    ["empty lines", (size) => "\n".repeat(size)],
    ["different labels", (size) => Array.from({ length: size / 16 }, (_, at) => `N${at}: text`).join("\n")],
    ["times", (size) => "00:00:00 ".repeat(size / 9)],
    ["labels in one line", (size) => "User: a ".repeat(size / 8)],
    ["pipes", (size) => "| a ".repeat(size / 4)],
    ["a table with a wide cell", (size) => `| Ann | a${" ".repeat(size)}b\n| Bob | yes |\n| Ann | no |`],
    ["arrows", (size) => "00:00:00.000 --> 00:00:01.000\n".repeat(size / 30)],
    ["nested JSON", (size) => "[".repeat(size / 2) + "]".repeat(size / 2)],
  ])("takes time in proportion to the text: %s", (_name, make) => {
    const text = make(kilobytes * 1024);
    // A quadratic pattern would need minutes for it.
    expect(processorMs(() => parseTranscript(text))).toBeLessThan(5_000);
  });
});
