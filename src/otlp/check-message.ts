/** Walks over a message without decoding it: is every field that we know encoded as it must be, down to the last level? */
import { ANY_VALUE, type FieldShape, type MessageShape } from "./message-shapes.ts";
import {
  breakWire,
  endMessage,
  isZero,
  readEnd,
  readTag,
  seekWire,
  skipField,
  skipText,
  wirePosition,
} from "./wire-reader.ts";

/** Values nested deeper than this are not looked at, and decoded as null. */
export const MAX_VALUE_DEPTH = 64;

/**
 * A record may be made of so many attributes, events, links and values, all levels together. SDKs stop at 128 of a kind; an
 * empty one takes two bytes on the wire and a hundred times that when it is decoded, so a limit on bytes does not bound it.
 */
export const MAX_PARTS = 100_000;
export const TOO_MANY_PARTS = `more than ${MAX_PARTS} attributes, events, links and values`;

/** What was noted first since `resetNotes`, told as a clause; "" when there was nothing. */
let note = "";
let parts = 0;
let hasId = false;

let brokenTexts = 0;

/** How many texts were not UTF-8 since the last call. */
export function takeBrokenTexts(): number {
  const taken = brokenTexts;
  brokenTexts = 0;
  return taken;
}

export function resetNotes(): void {
  note = "";
  parts = 0;
}

export function notedProblem(): string {
  return note;
}

/** Whether the id that was checked last is there and not all zeros. */
export function lastIdIsSet(): boolean {
  return hasId;
}

/** Reads the message up to `end`; broken bytes break the wire, wrong lengths of ids and too many parts are only noted. */
export function checkMessage(shape: MessageShape, end: number, depth: number): void {
  while (wirePosition() < end) checkField(shape, readTag(), end, depth);
  endMessage(end);
}

/** Reads the field whose `tag` has just been read. */
export function checkField(shape: MessageShape, tag: number, end: number, depth: number): void {
  const number = tag >>> 3;
  const field = number < shape.length ? shape[number] : undefined;
  if (field === undefined) skipField(tag, end);
  else if (field.wireType !== (tag & 7)) breakWire();
  else if (field.message !== undefined) checkInner(field.message, readEnd(end), depth);
  else if (field.isText === true) checkText(end);
  else if (field.idLength !== undefined) checkId(field, readEnd(end));
  else skipField(tag, end);
}

function checkInner(shape: MessageShape, end: number, depth: number): void {
  parts += 1;
  if (parts > MAX_PARTS && note === "") note = TOO_MANY_PARTS;
  const depthInside = shape === ANY_VALUE ? depth + 1 : depth;
  if (depthInside > MAX_VALUE_DEPTH) seekWire(end);
  else checkMessage(shape, end, depthInside);
}

/** What is not UTF-8 is read with U+FFFD in its place; one text of a sender costs nobody the request. */
function checkText(end: number): void {
  if (!skipText(end)) brokenTexts += 1;
}

function checkId(field: FieldShape, end: number): void {
  const start = wirePosition();
  const length = end - start;
  hasId = !isZero(start, end);
  if (length !== 0 && length !== field.idLength && note === "")
    note = `${field.name} has ${length} bytes instead of ${field.idLength}`;
  seekWire(end);
}
