/** Where a text stands. */
export interface TextPlace {
  /** The attribute's name; `name` and `status.message` for those of the span itself. */
  readonly attribute: string;
  /** Inside JSON: the key of the member that holds the text. */
  readonly member?: string;
}

/** Returns the text as it may be sent. It gets plain texts: those inside JSON are given one by one. */
export type Mask = (text: string, place: TextPlace) => string;
