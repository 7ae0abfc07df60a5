/** The value below which a share (0 to 1) of the values lie. */
export const quantile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) * share)] ?? NaN;

export const median = (values: readonly number[]): number => quantile(values, 0.5);
