/** Returns the quantile of the values at `share` (0 to 1). */
export const quantile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) * share)] ?? NaN;

export const median = (values: readonly number[]): number => quantile(values, 0.5);
