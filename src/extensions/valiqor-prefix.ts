/**
 * Valiqor's SDK sends only keys that begin with `vq_` (its documentation writes `vq-`). Any key of ours may be given to it with
 * that before it, and is the same key. Undefined: the text does not begin so.
 */
export const withoutValiqorPrefix = (text: string): string | undefined => /^vq[_-](.+)$/s.exec(text)?.[1];
