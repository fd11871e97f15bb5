/** Attachments in words, for judgements and prompts: `an image (image/png, 120 kB)`. Nothing of what their sender wrote is in them. */
import type { Attachment } from "../model/session.ts";

const kinds: Readonly<Record<Attachment["kind"], string>> = {
  image: "an image",
  audio: "an audio recording",
  video: "a video",
  document: "a document",
  file: "a file",
};

/** So many are named, the others counted. */
const most = 5;

export function nameAttachments(attachments: readonly Attachment[]): string {
  const named = attachments.slice(0, most).map(nameOf);
  const more = attachments.length - named.length;
  const all = more === 0 ? named : [...named, `${more} more`];
  return all.length < 2 ? all.join("") : `${all.slice(0, -1).join(", ")} and ${all.at(-1) ?? ""}`;
}

function nameOf({ kind, mediaType, bytes }: Attachment): string {
  // What is no media type is a sender's own words.
  const type = /^[\w.+-]{1,60}(?:\/[\w.+-]{1,60})?$/.test(mediaType ?? "") ? mediaType : undefined;
  const facts = [type, bytes === undefined ? undefined : sizeOf(bytes)].flatMap((fact) => fact ?? []);
  return facts.length === 0 ? kinds[kind] : `${kinds[kind]} (${facts.join(", ")})`;
}

function sizeOf(bytes: number): string {
  if (bytes < 1_000) return `${bytes} bytes`;
  return bytes < 1_000_000 ? `${Math.round(bytes / 1_000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
