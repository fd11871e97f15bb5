/** Looked for from the `@`, because most texts have none; so the time does not depend on what is before it. */
const emailAt = /@(?<=([\p{L}\p{N}._%+'-]{1,64})@)(?:[\p{L}\p{N}-]{1,63}\.){1,8}\p{L}[\p{L}\p{N}-]{1,62}/gu;

const numbers: readonly RegExp[] = [
  // US social security.
  /(?<!\d)\d{3}-\d{2}-\d{4}(?!\d)/g,
  // 16 digits in groups of four.
  /(?<![\w.])\d{4}[ -]?\d{4}[ -]?\d{4}[ -]?\d{4}(?!\w)/g,
  // 10 digits, with a country code or without. Three more digits without a sign between are a time in milliseconds.
  /(?<![\w.])(?:\+\d{1,3}[ .-]?|\d{1,3}[ .-]|1)?(?:\(\d{3}\)|\d{3})[ .-]?\d{3}[ .-]?\d{4}(?!\w)/g,
  // E.164, grouped in any way.
  /\+[1-9]\d{0,2}(?:[ .()-]{0,2}\d){6,14}(?!\d)/g,
];

const cards = /(?<![\w.])(?:\d{13,19}|\d{4}[ -]\d{6}[ -]\d{4,5})(?!\w)/g;
const ibans = /(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]){11,30}/g;

/** The same rules as the server's preset `pii`. */
export function maskPersonalData(text: string): string {
  const withoutIbans = maskEmails(text).replace(ibans, (match) => maskIban(match));
  const withoutCards = withoutIbans.replace(cards, (match) => (isCardNumber(match) ? "[REDACTED]" : match));
  return numbers.reduce((masked, form) => masked.replace(form, "[REDACTED]"), withoutCards);
}

function maskEmails(text: string): string {
  let masked = "";
  let position = 0;
  for (const { index, 0: rest, 1: name = "" } of text.matchAll(emailAt)) {
    masked += `${text.slice(position, Math.max(position, index - name.length))}[REDACTED]`;
    position = index + rest.length;
  }
  return masked + text.slice(position);
}

/** Luhn's check, for the first digits that issuers have. Source: ISO/IEC 7812-1, annex B. */
function isCardNumber(text: string): boolean {
  const digits = text.replace(/[ -]/g, "");
  if (!/^[2-6]/.test(digits)) return false;
  const sum = Array.from(digits)
    .toReversed()
    .reduce((total, digit, place) => {
      const value = Number(digit) * (place % 2 === 0 ? 1 : 2);
      return total + (value > 9 ? value - 9 : value);
    }, 0);
  return sum % 10 === 0;
}

/** The longest beginning of the match that is an IBAN: what follows it may be a word in capitals. */
function maskIban(match: string): string {
  for (let end = match.length; end >= 15; end -= 1) {
    if (/\w/.test(match.charAt(end - 1)) && isIban(match.slice(0, end).replace(/[ -]/g, "")))
      return `[REDACTED]${match.slice(end)}`;
  }
  return match;
}

/** Source: ISO 13616, ISO/IEC 7064 MOD 97-10. */
function isIban(text: string): boolean {
  if (text.length < 15) return false;
  const remainder = Array.from(text.slice(4) + text.slice(0, 4)).reduce((rest, character) => {
    const value = Number.parseInt(character, 36);
    return (rest * (value > 9 ? 100 : 10) + value) % 97;
  }, 0);
  return remainder === 1;
}
