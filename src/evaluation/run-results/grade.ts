/** What a score 0..1 is called (VQ-18). */
import { DEFAULT_THRESHOLD, isBelow } from "../../model/evaluation.ts";

export type QualityGrade = "A" | "B" | "C" | "D" | "F";

/**
 * With Valiqor's threshold of 0.7: A from 0.9, B from 0.8, C from 0.7, D from 0.6, else F. With another one C begins there, A and
 * B keep their thirds of what is above it, and D its seventh of what is below: what is below the threshold is D at best.
 */
export function gradeOf(score: number, threshold: number = DEFAULT_THRESHOLD): QualityGrade {
  const above = 1 - threshold;
  if (!isBelow(score, threshold + (above * 2) / 3)) return "A";
  if (!isBelow(score, threshold + above / 3)) return "B";
  if (!isBelow(score, threshold)) return "C";
  return isBelow(score, (threshold * 6) / 7) ? "F" : "D";
}
