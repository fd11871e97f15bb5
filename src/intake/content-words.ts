/** Words that stand before a colon in what people say ("Order number: 17") and are nobody's name. */
const words = `
  number no nr id order date time price total subtotal cost amount fee tax taxes address email e-mail mail phone tel telephone name title subject note notes warning
  important example examples status state type size color colour quantity qty item items product products step steps option options reason result results
  summary details detail description location city country zip code url link website source reference ref topic participants duration call recording transcript
  file version departure arrival from to cc bcc flight flights seat cabin class passenger passengers payment method card balance refund tracking delivery shipping
  confirmation reservation booking room guests check-in check-out hours monday tuesday wednesday thursday friday saturday sunday january february march april may june
  july august september october november december input output error errors cause fix solution problem issue issues tip tips ps p.s edit update todo conclusion pros cons
  first second third next then finally also here there this that following weight height model year brand material features price/month available availability deadline
  nummer datum uhrzeit preis betrag adresse betreff hinweis beispiel grund ergebnis name ort schritt telefon numéro prix adresse objet remarque exemple étape
  número precio dirección asunto nota ejemplo paso fecha hora preço endereço exemplo data ora prezzo indirizzo esempio passo
  номер дата время цена адрес тема пример шаг итого телефон имя 订单 日期 时间 价格 地址 注意 例如 步骤 电话 姓名 注文 番号 日時 価格 住所 注意 例 手順 주문 번호 날짜 시간 가격 주소
  http https ftp ratio re fwd fw sent received created author language format
`;
const set = new Set(words.split(/\s+/).filter((word) => word !== ""));

/** The label (a key, see labelKey) is made of such words: all of it, or its last one. */
export function isContentKey(key: string): boolean {
  const parts = key.split(/[\s/&,-]+/).filter((word) => word !== "");
  const last = parts.at(-1) ?? "";
  return set.has(key) || set.has(last) || (last.endsWith("s") && set.has(last.slice(0, -1))) || /^\d/.test(key);
}
