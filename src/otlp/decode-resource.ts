/** Resource, EntityRef and InstrumentationScope (`resource.proto`, `common.proto`), read at the cursor. */
import type { AttributeValue, EntityRef, Resource, Scope } from "../model/span.ts";
import { decodeKeyValue } from "./decode-attributes.ts";
import { endMessage, readEnd, readTag, readText, readUint32, skipField, wirePosition } from "./wire-reader.ts";

export function readResource(end: number, schemaUrl: string): Resource {
  const attributes = new Map<string, AttributeValue>();
  const entityRefs: EntityRef[] = [];
  let droppedAttributesCount = 0;
  while (wirePosition() < end) {
    const tag = readTag();
    if (tag === 0x0a) decodeKeyValue(attributes, readEnd(end), 0);
    else if (tag === 0x10) droppedAttributesCount = readUint32();
    else if (tag === 0x1a) entityRefs.push(readEntityRef(readEnd(end)));
    else skipField(tag, end);
  }
  endMessage(end);
  return { attributes, droppedAttributesCount, schemaUrl, entityRefs };
}

function readEntityRef(end: number): EntityRef {
  const idKeys: string[] = [];
  const descriptionKeys: string[] = [];
  let schemaUrl = "";
  let type = "";
  while (wirePosition() < end) {
    const tag = readTag();
    if (tag === 0x0a) schemaUrl = readText(readEnd(end));
    else if (tag === 0x12) type = readText(readEnd(end));
    else if (tag === 0x1a) idKeys.push(readText(readEnd(end)));
    else if (tag === 0x22) descriptionKeys.push(readText(readEnd(end)));
    else skipField(tag, end);
  }
  endMessage(end);
  return { schemaUrl, type, idKeys, descriptionKeys };
}

export function readScope(end: number, schemaUrl: string): Scope {
  const attributes = new Map<string, AttributeValue>();
  let name = "";
  let version = "";
  let droppedAttributesCount = 0;
  while (wirePosition() < end) {
    const tag = readTag();
    if (tag === 0x0a) name = readText(readEnd(end));
    else if (tag === 0x12) version = readText(readEnd(end));
    else if (tag === 0x1a) decodeKeyValue(attributes, readEnd(end), 0);
    else if (tag === 0x20) droppedAttributesCount = readUint32();
    else skipField(tag, end);
  }
  endMessage(end);
  return { name, version, attributes, droppedAttributesCount, schemaUrl };
}
