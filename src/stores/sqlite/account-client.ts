/** AccountStore as calls to the writer and to a reader, wherever these run. */
import type { AccountStore } from "../../component/accounts.ts";
import type { ReadOperations } from "./read-operations.ts";
import type { Call } from "./rpc.ts";
import type { WriteOperations } from "./write-operations.ts";

export function createAccountClient({
  write,
  read,
}: {
  readonly write: Call<WriteOperations>;
  readonly read: Call<ReadOperations>;
}): AccountStore {
  return {
    hasAccounts: () => read("hasAccounts", []),
    createAccount: (account) => write("createAccount", [account]),
    getAccount: (id) => read("getAccount", [id]),
    getAccountUse: (id) => read("getAccountUse", [id]),
    findAccountByKey: (digest) => read("findAccountByKey", [digest]),
    findLogin: (email) => read("findLogin", [email]),
    findAccounts: (page) => read("findAccounts", [page]),
    countAccounts: () => read("countAccounts", []),
    readStats: () => read("readStats", [Date.now()]),
    replaceKey: (id, key) => write("replaceKey", [id, key]),
    setAdmins: (emails) => write("setAdmins", [emails]),
    setSuspended: (id, isSuspended) => write("setSuspended", [id, isSuspended]),
    beginDeletion: (id) => write("beginDeletion", [id]),
    findDeletions: () => read("findDeletions", []),
    continueDeletion: (id) => write("continueDeletion", [id]),
    keepSecret: (name, proposal) => write("keepSecret", [name, proposal]),
  };
}
