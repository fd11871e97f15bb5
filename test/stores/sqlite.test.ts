import { describeStoreContract } from "../contract/store.ts";
import { startTestStore } from "../support/sqlite-store.ts";

describeStoreContract("sqlite", startTestStore);
