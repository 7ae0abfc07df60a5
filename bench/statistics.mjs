/**
 * The value below which a share of the values lie.
 *
 * @param {readonly number[]} values
 * @param {number} share from 0 to 1
 */
export const quantile = (values, share) =>
  values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) * share)] ?? NaN;

/** @param {readonly number[]} values */
export const median = (values) => quantile(values, 0.5);
