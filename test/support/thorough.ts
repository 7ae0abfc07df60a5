/** Whether to run everything: all kills, restarts and random cases. By default a part of them, for a quick answer. */
const isThorough = Boolean(process.env["CI"]);

/** The first count by default, the second one in CI. */
export const times = (few: number, all: number): number => (isThorough ? all : few);
