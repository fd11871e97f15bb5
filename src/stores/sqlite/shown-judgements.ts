/**
 * Which judgements are shown, as SQL. A judgement is superseded when its digest is no longer that of its turn (turn 0:
 * of its session); of the others the newest of the highest rank is shown. Replacing a judgement gives it a new number,
 * so the highest number is the newest.
 */

const current = `
  judgements AS j
    LEFT JOIN turns AS t ON t.session_no = j.session_no AND t.turn = j.turn
    LEFT JOIN sessions AS s ON s.session_no = j.session_no AND j.turn = 0
  WHERE j.session_no = @sessionNo AND j.digest = coalesce(t.digest, s.digest)`;

/** Every judge's current judgements and failures. */
export const currentJudgementsSql = `
  SELECT j.turn, j.digest, j.judge_name AS name, j.judge_version AS version, j.rank, j.result
  FROM ${current} ORDER BY j.turn, j.rank, j.judgement_no`;

/** One row a judged turn, and one with turn 0 for the trajectory. */
export const shownJudgementsSql = `
  SELECT turn, score, result FROM (
    SELECT j.turn, j.score, j.result,
      row_number() OVER (PARTITION BY j.turn ORDER BY j.rank DESC, j.judgement_no DESC) AS place
    FROM ${current} AND j.score IS NOT NULL
  ) WHERE place = 1 ORDER BY turn`;

/** The score that is shown of one turn, found without a look at any other; no row when there is none. `turn` is SQL. */
export const shownScoreSql = (turn: string): string => `
  SELECT score FROM judgements WHERE session_no = @sessionNo AND turn = ${turn} AND score IS NOT NULL AND digest = (
    SELECT digest FROM turns WHERE session_no = @sessionNo AND turn = ${turn}
    UNION ALL SELECT digest FROM sessions WHERE session_no = @sessionNo AND ${turn} = 0)
  ORDER BY rank DESC, judgement_no DESC LIMIT 1`;
