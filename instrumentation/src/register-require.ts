import { instrument } from "./instrument.ts";

// For `require`, which cannot wait. It does not need to: what `require` loads is patched when `instrument` returns.
void instrument();
