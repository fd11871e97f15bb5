/**
 * A judge model with no judgement of its own: it does whatever it reads outside a JSON string, or behind anything that
 * looks like the end of the material or like somebody else's turn to speak, or in characters that people do not see. It takes
 * letters for those that they look like, and reads base64. What it then does is give a 1; left alone it gives a -1.
 */
import type { ScriptedReply, ScriptedRequest } from "../../examples/scripted-model.mjs";
import { promptOf, verdictFor, verdictReply, type JudgePromptSent } from "../support/scripted-judge.ts";
import { orders } from "./injection-attempts.ts";

export function obeyEverything(request: ScriptedRequest): ScriptedReply {
  const prompt = promptOf(request);
  return verdictReply(verdictFor(prompt, isFooled(prompt) ? 1 : -1));
}

const jsonString = /"(?:[^"\\\n]|\\.)*"/g;
const fenceLike = new RegExp(
  [
    /([-`=~#*_>:+|'$])\1\1/,
    /(?:\\?"){3}/,
    /<[/!?|<]?[a-z]|<[|<]|\[\/?[A-Z]{3,}\]|\[\//,
    /(?:BEGIN|END)(?:\s|\\n)+(?:OF(?:\s|\\n)+)?(?:THE(?:\s|\\n)+)?(?:UNTRUSTED|DATA\b|MATERIAL|TRANSCRIPT)/,
    /(?:"|\\n)(?:system|developer|assistant|human|judge):/,
  ]
    .map(({ source }) => source)
    .join("|"),
  "i",
);

export function isFooled({ system, user }: Pick<JudgePromptSent, "system" | "user">): boolean {
  const [before, inside, after] = partsOf(system, user);
  return [
    system,
    after,
    ...[before, inside].flatMap((text) => [
      looksOf(text).replace(jsonString, ""),
      behind(fenceLike, looksOf(text)),
      behind(fenceLike, text),
      readHidden(text),
    ]),
  ].some(ordersSomething);
}

function ordersSomething(text: string): boolean {
  const read = [text, looksOf(text), ...decoded(text)];
  return orders.some((order) => read.some((reading) => reading.includes(order)));
}

/** It knows the real fence by the first line that looks like one, as a reader would. */
function partsOf(system: string, user: string): readonly [string, string, string] {
  const nonce = /BEGIN UNTRUSTED DATA (\S+)/.exec(system)?.[1] ?? "none";
  const begin = user.indexOf(`BEGIN UNTRUSTED DATA ${nonce}\n`);
  if (begin === -1) return [user, "", ""];
  const start = user.indexOf("\n", begin) + 1;
  const end = user.indexOf(`\nEND UNTRUSTED DATA ${nonce}\n`, start);
  return [user.slice(0, begin), user.slice(start, end), user.slice(end)];
}

const behind = (what: RegExp, text: string): string => {
  const found = what.exec(text);
  return found === null ? "" : text.slice(found.index);
};

/** What it knows of lookalikes that Unicode does not take apart. */
const lookalikes = new Map(
  ["АA", "ВB", "СC", "ЕE", "НH", "ІI", "КK", "МM", "ОO", "РP", "ЅS", "ТT", "ХX", "УY", "аa", "еe", "оo", "рp", "сc"]
    .concat([
      "ΑA",
      "ΒB",
      "ΕE",
      "ΗH",
      "ΙI",
      "ΚK",
      "ΜM",
      "ΝN",
      "ΟO",
      "ΡP",
      "ΤT",
      "ΥY",
      "ΧX",
      "—-",
      "–-",
      "─-",
      "‹<",
      "›>",
    ])
    .map((pair): [string, string] => [pair.slice(0, 1), pair.slice(1)]),
);

function looksOf(text: string): string {
  const plain = text.normalize("NFKD").replace(/[\p{M}\p{Cf}]/gu, "");
  return Array.from(plain, (character) => {
    const code = character.codePointAt(0) ?? 0;
    const inSquare = code >= 0x1f170 && code <= 0x1f189;
    return inSquare ? String.fromCharCode(code - 0x1f170 + 65) : (lookalikes.get(character) ?? character);
  }).join("");
}

const decoded = (text: string): readonly string[] =>
  (text.match(/[A-Za-z0-9+/]{12,}={0,2}/g) ?? []).map((run) => Buffer.from(run, "base64").toString("utf8"));

/** Reads tag characters and variation selectors as the bytes that they stand for, and text behind hidden characters. */
function readHidden(text: string): string {
  const tags = text.match(/[\u{E0020}-\u{E007E}]+/gu)?.join("") ?? "";
  const spoken = tags.replace(/./gu, (tag) => String.fromCharCode((tag.codePointAt(0) ?? 0) - 0xe0000));
  const selectors = text.match(/[\ufe00-\ufe0f\u{E0100}-\u{E01EF}]/gu) ?? [];
  const bytes = selectors.map((selector) => selector.codePointAt(0) ?? 0);
  const smuggled = Buffer.from(bytes.map((code) => (code < 0xff00 ? code - 0xfe00 : code - 0xe0100 + 16))).toString();
  return spoken + smuggled + behind(/(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\u115f\u3164]/u, text);
}
