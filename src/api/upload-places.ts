/** Who may send recordings at the same time. */
export interface UploadPlaces {
  /** Undefined when all places are taken, or all that one caller may have; otherwise what gives the place back. */
  take(who: string): (() => void) | undefined;
}

export interface UploadPlacesOptions {
  readonly places: number;
  /** So many of them one caller may have, so that the slow recordings of one keep nobody else out. */
  readonly each: number;
}

/** Each upload holds a piece of its recording in memory. */
export const uploadPlaceDefaults: UploadPlacesOptions = { places: 32, each: 8 };

export function createUploadPlaces({ places, each } = uploadPlaceDefaults): UploadPlaces {
  const taken = new Map<string, number>();
  let all = 0;

  function give(who: string): void {
    const left = (taken.get(who) ?? 1) - 1;
    if (left === 0) taken.delete(who);
    else taken.set(who, left);
    all -= 1;
  }

  return {
    take(who) {
      const own = taken.get(who) ?? 0;
      if (all >= places || own >= each) return undefined;
      taken.set(who, own + 1);
      all += 1;
      return () => give(who);
    },
  };
}
