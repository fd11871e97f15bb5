/** Resources and scopes by their numbers. */
import type { Database } from "better-sqlite3";
import { decodeResource, decodeScope } from "../../otlp/decode-records.ts";
import type { Resource, Scope } from "../../model/span.ts";
import type { DamagedRecords } from "./damaged-records.ts";
import { noResource, noScope, sharedDigest } from "./shared-rows.ts";

interface SharedRow {
  readonly digest: Buffer;
  readonly body: Buffer;
  readonly schemaUrl: string;
}

export interface ReadShared {
  readonly resourceOf: (number: number) => Resource;
  readonly scopeOf: (number: number) => Scope;
}

/** For one read: the records of one resource or scope share its object. What is damaged or gone is an empty one. */
export function prepareReadShared(db: Database): (damaged: DamagedRecords) => ReadShared {
  const find = (table: "resources" | "scopes", column: string) =>
    db.prepare<[number], SharedRow>(`SELECT digest, body, schema_url AS schemaUrl FROM ${table} WHERE ${column} = ?`);
  const [resources, scopes] = [find("resources", "resource_no"), find("scopes", "scope_no")];
  return (damaged) => ({
    resourceOf: remembering((number) => {
      const row = intact(resources.get(number));
      if (row === undefined) damaged.add("resource", number);
      return row === undefined ? noResource : decodeResource(row.body, row.schemaUrl);
    }),
    scopeOf: remembering((number) => {
      const row = intact(scopes.get(number));
      if (row === undefined) damaged.add("scope", number);
      return row === undefined ? noScope : decodeScope(row.body, row.schemaUrl);
    }),
  });
}

function intact(row: SharedRow | undefined): SharedRow | undefined {
  if (row === undefined) return undefined;
  return sharedDigest(row.body, Buffer.from(row.schemaUrl)).equals(row.digest) ? row : undefined;
}

function remembering<Shared>(read: (number: number) => Shared): (number: number) => Shared {
  const known = new Map<number, Shared>();
  return (number) => {
    const shared = known.get(number) ?? read(number);
    known.set(number, shared);
    return shared;
  };
}
