/** A progress bar on stderr; where stderr is no terminal, nothing. */
import { integer, milliseconds } from "./quantities.ts";
import type { Output } from "./terminal.ts";

export interface Progress {
  /** One more is done. */
  advance(): void;
  /** Takes the bar away. */
  clear(): void;
}

const barWidth = 24;
/** Redrawn at most so often, in milliseconds. */
const redrawMs = 100;

export function createProgress(total: number, { write, isTerminal }: Output): Progress {
  if (!isTerminal) return { advance: () => undefined, clear: () => undefined };
  const started = performance.now();
  let done = 0;
  let drawn = 0;
  return {
    advance() {
      done += 1;
      const now = performance.now();
      if (now - drawn < redrawMs && done < total) return;
      drawn = now;
      write(`\r${renderBar(done, total, now - started)}\u001b[K`);
    },
    clear: () => write("\r\u001b[K"),
  };
}

export function renderBar(done: number, total: number, elapsedMs: number): string {
  const filled = Math.round((barWidth * done) / Math.max(total, 1));
  const bar = "█".repeat(filled) + "░".repeat(barWidth - filled);
  const left = done === 0 || done >= total ? "" : `  ${milliseconds((elapsedMs / done) * (total - done))} left`;
  return `${bar} ${integer(done)} of ${integer(total)}${rate(done, elapsedMs)}${left}`;
}

function rate(done: number, elapsedMs: number): string {
  if (done === 0 || elapsedMs === 0) return "";
  const perSecond = (done * 1000) / elapsedMs;
  return `  ${perSecond < 10 ? perSecond.toFixed(1) : integer(Math.round(perSecond))}/s`;
}
