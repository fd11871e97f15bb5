/**
 * Text as a reader sees it: letters and signs that look like plain ones made plain, what nobody sees left out. For finding
 * something in it, never for showing it. Sources: the decompositions of Unicode, and the common cases of its confusables.txt.
 */

export interface FoldedText {
  readonly text: string;
  /** Where the character at this place of `text` began in the text as it was. */
  readonly originOf: (index: number) => number;
}

const ascii = /^[\0-\x7f]*$/;
/** Marks, and what has no shape of its own. */
const unseen = /^[\p{M}\p{Cf}\u115f\u1160\u2800\u3164\uffa0]$/u;

export function foldText(text: string): FoldedText {
  if (ascii.test(text)) return { text, originOf: (index) => index };
  /** From the first place on, until the next pair, both count alike. */
  const pairs: [folded: number, origin: number][] = [[0, 0]];
  let shift = 0;
  const folded = text.replace(/[^\0-\x7f]/gu, (character, origin: number) => {
    const plain = foldCharacter(character);
    if (plain.length === character.length) return plain;
    for (let part = 0; part < plain.length; part++) pairs.push([origin + shift + part, origin]);
    shift += plain.length - character.length;
    pairs.push([origin + character.length + shift, origin + character.length]);
    return plain;
  });
  return { text: folded, originOf: (index) => originIn(pairs, index) };
}

function originIn(pairs: readonly (readonly [folded: number, origin: number])[], index: number): number {
  let [low, high] = [0, pairs.length];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((pairs[middle]?.[0] ?? Infinity) <= index) low = middle;
    else high = middle;
  }
  const [folded, origin] = pairs[low] ?? [0, 0];
  return origin + index - folded;
}

function foldCharacter(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (isSyllable(code)) return character;
  const known = plainOf.get(character) ?? letterInShape(code);
  if (known !== undefined) return known;
  if (unseen.test(character)) return "";
  const bare = character.normalize("NFKD").replace(/\p{M}/gu, "");
  const plain = Array.from(bare, (part) => plainOf.get(part) ?? part).join("");
  return plain !== "" && ascii.test(plain) ? plain : character;
}

/** Chinese, Japanese and Korean text is most of what is not ASCII where there is any, and looks like nothing plain. */
const isSyllable = (code: number): boolean =>
  (code >= 0x4e00 && code <= 0x9fff) || (code >= 0xac00 && code <= 0xd7a3) || (code >= 0x3041 && code <= 0x3096);

/** Letters in black circles and squares, and those that flags are made of: they have no decomposition. */
function letterInShape(code: number): string | undefined {
  const first = [0x1f150, 0x1f170, 0x1f1e6].find((start) => code >= start && code < start + 26);
  return first === undefined ? undefined : String.fromCharCode(0x41 + code - first);
}

/** A plain character, and others that look like it. */
const lookalikes: readonly string[] = [
  "AАΑᎪꓮᴀ",
  "BВΒᏴꓐʙ",
  "CСϹᏟꓚᴄ",
  "DᎠꓓᴅ",
  "EЕΕᎬꓰᴇ",
  "FϜꓝꜰ",
  "GԌᏀꓖɢ",
  "HНΗᎻꓧʜ",
  "IІΙӀꓲɪ",
  "JЈᎫꓙᴊ",
  "KКΚᏦꓗᴋ",
  "LᏞꓡʟ",
  "MМΜᎷꓟᴍ",
  "NΝꓠɴ",
  "OОΟՕꓳᴏ",
  "PРΡᏢꓑᴘ",
  "QԚ",
  "RᎡꓣʀ",
  "SЅՏᏚꓢꜱ",
  "TТΤᎢꓔᴛ",
  "UՍꓴᴜ",
  "VѴᏙꓦᴠ",
  "WԜᎳꓪᴡ",
  "XХΧꓫ",
  "YУΥҮꓬʏ",
  "ZΖᏃꓜᴢ",
  "aаɑα",
  "bЬ",
  "cсϲ",
  "dԁ",
  "eеҽε",
  "gɡց",
  "hһհ",
  "iіıι",
  "jј",
  "kк",
  "lӏ",
  "mм",
  "nпոη",
  "oоοօ",
  "pрρ",
  "qԛ",
  "rг",
  "sѕ",
  "tтτ",
  "uυս",
  "vѵν",
  "wԝω",
  "xхχ",
  "yуγү",
  "-‐‑‒–—―−─━╌╍⁃",
  "=═꞊",
  "~∼∿",
  "#♯⌗",
  "*∗⁎✱＊",
  "_‗▁",
  "`ˋ‵",
  "'’‘′ʹ",
  "|│┃∣ǀ",
  "<‹〈⟨❮",
  ">›〉⟩❯",
  "[⟦〔【",
  "]⟧〕】",
  "/⁄∕╱",
  ":∶꞉",
];
const plainOf: ReadonlyMap<string, string> = new Map(
  lookalikes.flatMap((characters) => {
    const [plain = "", ...others] = characters;
    return others.map((other): [string, string] => [other, plain]);
  }),
);
