/** More than half of so many. */
export function majorityOf(votes: number): number {
  return Math.floor(votes / 2) + 1;
}

/** What more than half of the votes say; undefined when nothing is. */
export function decide<Vote>(votes: readonly Vote[]): Vote | undefined {
  return votes.find((vote) => countOf(vote, votes) >= majorityOf(votes.length));
}

export function countOf<Vote>(vote: Vote, votes: readonly Vote[]): number {
  return votes.filter((other) => other === vote).length;
}
