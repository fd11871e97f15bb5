/**
 * How fast a body must come. While it arrives it holds memory, or a place, that all bodies share: many that only trickle would
 * hold all of it, and everybody else would be refused.
 */

/** A window is so many ticks. Ticks that a busy process missed are not made up for: what arrived meanwhile was not read yet. */
const TICKS = 4;
const TICK_MS = 2500;
const WINDOW_MS = TICKS * TICK_MS;

/** In bytes a window, so 250 a second: what Kestrel asks for (`MinRequestBodyDataRate`), and an eighth of a poor mobile network. */
const LEAST = 2500;
/**
 * Of the pace that brings what the body holds within its time: whoever announces much, to have much memory reserved, must send
 * accordingly. An honest body that is slower than this is late in any case.
 */
const PART_OF_NEEDED = 1 / 4;

export interface PaceOptions {
  /** What the body holds of what all share, in bytes. */
  readonly held: { readonly bytes: () => number };
  /** How long the body may take altogether, in milliseconds; 0: as long as it likes. */
  readonly withinMs: number;
  /** Called once at most, when the body has come too slowly for a whole window. */
  readonly onSlow: () => void;
}

export interface WatchedBody {
  arrived(bytes: number): void;
  /** The body is complete, or given up. Safe twice. */
  end(): void;
}

export interface BodyPace {
  watch(options: PaceOptions): WatchedBody;
  /** Watches nothing any more. */
  stop(): void;
}

interface Watched extends PaceOptions {
  ticks: number;
  bytes: number;
}

/** Most bodies are complete long before the first tick, so one timer looks at all that are not. */
export function createBodyPace(): BodyPace {
  const bodies = new Set<Watched>();
  let timer: NodeJS.Timeout | undefined;

  function stop(): void {
    clearInterval(timer);
    timer = undefined;
    bodies.clear();
  }

  function tick(): void {
    if (bodies.size === 0) return stop();
    for (const body of bodies) {
      body.ticks += 1;
      if (body.ticks % TICKS !== 0) continue;
      const isSlow = body.bytes < leastOf(body);
      body.bytes = 0;
      if (!isSlow) continue;
      bodies.delete(body);
      body.onSlow();
    }
  }

  return {
    watch(options) {
      const body: Watched = { ...options, ticks: 0, bytes: 0 };
      bodies.add(body);
      timer ??= setInterval(tick, TICK_MS).unref();
      return {
        arrived(bytes) {
          body.bytes += bytes;
        },
        end: () => void bodies.delete(body),
      };
    },
    stop,
  };
}

/** What must come in a window. Nothing of a body that holds nothing: it is in nobody's way. */
function leastOf({ held, withinMs }: PaceOptions): number {
  const bytes = held.bytes();
  if (bytes === 0) return 0;
  return Math.max(LEAST, withinMs === 0 ? 0 : (bytes * PART_OF_NEEDED * WINDOW_MS) / withinMs);
}
