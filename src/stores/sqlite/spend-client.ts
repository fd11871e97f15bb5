import type { AnswerStore } from "../../model/answer-store.ts";
import type { SpendStore } from "../../component/store.ts";
import type { ReadOperations } from "./read-operations.ts";
import type { Call } from "./rpc.ts";
import type { WriteOperations } from "./write-operations.ts";

interface Calls {
  readonly write: Call<WriteOperations>;
  readonly read: Call<ReadOperations>;
}

export const createSpendClient = ({ write, read }: Calls): SpendStore => ({
  reserve: (account, amount, ceilings) => write("reserveSpend", [account, amount, ceilings]),
  settle: (account, reserved, spent) => write("settleSpend", [account, reserved, spent]),
  readSpend: (query) => read("readSpend", [query]),
});

export const createAnswerClient = ({ write, read }: Calls): AnswerStore => ({
  saveAnswer: (owner, key, answer) => write("saveAnswer", [owner, key, answer]),
  readAnswer: (owner, key) => read("readAnswer", [owner, key]),
});
