/** Resources and scopes: stored once by content, and known by their number. */
import { createHash } from "node:crypto";
import type { Database } from "better-sqlite3";
import { LRUCache } from "lru-cache";
import type { EncodedRecords } from "../../model/signal-batch.ts";
import type { Resource, Scope } from "../../model/span.ts";

const MAX_REMEMBERED = 10_000;

/** For decoding a record of which only its own fields matter. */
export const noResource: Resource = { attributes: new Map(), droppedAttributesCount: 0, schemaUrl: "", entityRefs: [] };
export const noScope: Scope = {
  name: "",
  version: "",
  attributes: new Map(),
  droppedAttributesCount: 0,
  schemaUrl: "",
};

/** The resource and scope of a record. */
export interface SharedNumbers {
  readonly resourceNo: number;
  readonly scopeNo: number;
}

export interface SharedRows {
  /** One entry for each row of `encoded.scopes`. */
  numbersOf(encoded: EncodedRecords, project: string): SharedNumbers[];
  forget(): void;
}

export function createSharedRows(db: Database): SharedRows {
  const remembered = new LRUCache<string, number>({ max: MAX_REMEMBERED });
  const resourceNo = prepareNumberOf(db, "resources", "resource_no", remembered);
  const scopeNo = prepareNumberOf(db, "scopes", "scope_no", remembered);

  return {
    numbersOf({ bytes, resources, scopes }, project) {
      const resourceNumbers: number[] = [];
      for (let row = 0; row < resources.length; row += 4)
        resourceNumbers.push(resourceNo(project, ...contentAt(bytes, resources, row)));
      const numbers: SharedNumbers[] = [];
      for (let row = 0; row < scopes.length; row += 5)
        numbers.push({
          scopeNo: scopeNo(project, ...contentAt(bytes, scopes, row)),
          resourceNo: resourceNumbers[scopes[row + 4] ?? 0] ?? 0,
        });
      return numbers;
    },
    forget: () => remembered.clear(),
  };
}

/** By which equal ones are found, and which tells whether one is still as it was written. */
export function sharedDigest(body: Uint8Array, schemaUrl: Buffer): Buffer {
  return createHash("sha256").update(`${schemaUrl.length}|`).update(schemaUrl).update(body).digest();
}

function contentAt(bytes: Uint8Array, table: Uint32Array, row: number): [body: Buffer, schemaUrl: Buffer] {
  const slice = (at: number): Buffer =>
    Buffer.from(bytes.buffer, bytes.byteOffset + (table[at] ?? 0), table[at + 1] ?? 0);
  return [slice(row), slice(row + 2)];
}

function prepareNumberOf(
  db: Database,
  table: "resources" | "scopes",
  column: string,
  remembered: LRUCache<string, number>,
): (project: string, body: Buffer, schemaUrl: Buffer) => number {
  const find = db
    .prepare<[string, Buffer], number>(`SELECT ${column} FROM ${table} WHERE project_id = ? AND digest = ?`)
    .pluck();
  const insert = db.prepare(`INSERT INTO ${table} (project_id, digest, schema_url, body) VALUES (?, ?, ?, ?)`);
  return (project, body, schemaUrl) => {
    const digest = sharedDigest(body, schemaUrl);
    const key = `${table}|${digest.toString("latin1")}|${project}`;
    const known = remembered.get(key);
    if (known !== undefined) return known;
    const number =
      find.get(project, digest) ?? Number(insert.run(project, digest, schemaUrl.toString(), body).lastInsertRowid);
    remembered.set(key, number);
    return number;
  };
}
