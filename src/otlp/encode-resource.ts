/** Resource, EntityRef and InstrumentationScope (`resource.proto`, `common.proto`). */
import type { EntityRef, Resource, Scope } from "../model/span.ts";
import { writeAttributes } from "./encode-attributes.ts";
import { closeField, openField, writeText, writeUint32 } from "./wire-writer.ts";

export function writeResource(resource: Resource): void {
  writeAttributes(1, resource.attributes);
  writeUint32(2, resource.droppedAttributesCount);
  for (const ref of resource.entityRefs) writeEntityRef(ref);
}

function writeEntityRef(ref: EntityRef): void {
  const start = openField(3);
  if (ref.schemaUrl !== "") writeText(1, ref.schemaUrl);
  if (ref.type !== "") writeText(2, ref.type);
  for (const key of ref.idKeys) writeText(3, key);
  for (const key of ref.descriptionKeys) writeText(4, key);
  closeField(start);
}

export function writeScope(scope: Scope): void {
  if (scope.name !== "") writeText(1, scope.name);
  if (scope.version !== "") writeText(2, scope.version);
  writeAttributes(3, scope.attributes);
  writeUint32(4, scope.droppedAttributesCount);
}
