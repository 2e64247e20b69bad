const FIRST_MS = 100;
const LONGEST_MS = 10_000;

/** Time before the next try after so many failures in a row: doubled each time, half of it by chance. */
export function backoffMs(failures: number, random: () => number): number {
  const whole = Math.min(FIRST_MS * 2 ** Math.min(failures, 16), LONGEST_MS);
  return Math.round(whole / 2 + (whole / 2) * random());
}
