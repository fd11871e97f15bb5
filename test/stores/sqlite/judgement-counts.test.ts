/** The counts of scores that lists show: kept right one judgement at a time, without a look at the other turns. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import type { Database } from "better-sqlite3";
import { afterEach, describe, expect, it } from "vitest";
import type { Claim } from "../../../src/component/store.ts";
import { encodeSpans } from "../../../src/otlp/encode-records.ts";
import { openWriter } from "../../../src/stores/sqlite/open-database.ts";
import { createReadOperations } from "../../../src/stores/sqlite/read-operations.ts";
import { toSessionChange } from "../../../src/stores/sqlite/session-change.ts";
import { createWriteOperations } from "../../../src/stores/sqlite/write-operations.ts";
import { agentSpan } from "../../support/agent-spans.ts";
import { builtSession, turnRecord } from "../../support/built-sessions.ts";
import { temporaryFolder } from "../../support/sqlite-store.ts";

const cleanUp: (() => void)[] = [];
afterEach(() => {
  for (const one of cleanUp.splice(0)) one();
});

/** A claimed session of `turns` turns, and the statements that are run from then on. */
function openSession(turns: number) {
  const folder = temporaryFolder();
  const db = openWriter(join(folder, "turnwise.db"));
  cleanUp.push(() => {
    db.close();
    rmSync(folder, { recursive: true });
  });
  const ran = watchStatements(db);
  const { operations } = createWriteOperations({ db, now: Date.now, notify() {}, onDamage() {} }, []);
  operations.writeSpans(encodeSpans([agentSpan()]), "default");
  const [claim] = operations.claimSessions({ worker: "test", limit: 1, leaseMs: 60_000, idleMs: 0 });
  const built = builtSession(turns);
  operations.saveSession(claim!, toSessionChange(built, [], undefined));
  ran.clear();
  return { db, operations, claim: claim!, built, ran, counts: () => countsOf(db, claim!) };
}

function watchStatements(db: Database): Set<string> {
  const ran = new Set<string>();
  const prepare = db.prepare.bind(db);
  db.prepare = ((sql: string) => {
    const statement = prepare(sql);
    for (const method of ["run", "get", "all"] as const) {
      const perform = statement[method].bind(statement);
      statement[method] = (...args: unknown[]) => {
        ran.add(sql);
        return perform(...args) as never;
      };
    }
    return statement;
  }) as typeof db.prepare;
  return ran;
}

const countsOf = (db: Database, claim: Claim) => {
  const { helpful, neutral, harmful } = createReadOperations(db).getSession(claim)!.summary;
  return [helpful, neutral, harmful];
};

describe("the counts of scores", () => {
  it("are kept by statements that find their rows by session and turn", () => {
    const { db, operations, claim, built, ran } = openSession(3);
    operations.saveTurnJudgement(claim, turnRecord(built.turns[1]!, 1));
    const plans = [...ran].flatMap((sql) => {
      const plain = sql.replaceAll(/@\w+|\?/g, "1");
      return db.prepare<[], { detail: string }>(`EXPLAIN QUERY PLAN ${plain}`).all();
    });
    const steps = plans.map(({ detail }) => detail).filter((detail) => /judgements|turns/.test(detail));
    expect(steps.length).toBeGreaterThan(0);
    expect(steps.filter((detail) => !/^SEARCH .*session_no=\? AND turn=\?/.test(detail))).toEqual([]);
  });

  it("are right after every change of the session", () => {
    const { operations, claim, built, counts } = openSession(3);
    const [first, second, third] = built.turns;
    operations.saveTurnJudgement(claim, turnRecord(first!, 1));
    operations.saveTurnJudgement(claim, turnRecord(second!, -1));
    operations.saveTurnJudgement(claim, turnRecord(third!, 0));
    expect(counts()).toEqual([1, 1, 1]);
    operations.saveTurnJudgement(claim, turnRecord(first!, -1));
    expect(counts()).toEqual([0, 1, 2]);
    const changed = { ...built, turns: [first!, { ...second!, digest: "another" }] };
    operations.saveSession(claim, toSessionChange(changed, [], { built, links: [] }));
    expect(counts()).toEqual([0, 0, 1]);
    operations.saveSession(claim, toSessionChange(built, [], { built: changed, links: [] }));
    expect(counts()).toEqual([0, 1, 2]);
  });
});
