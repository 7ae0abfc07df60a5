/**
 * Compares ways to create one link. Each way has its own process. They take turns in short slices, so that ratios
 * compare the same minutes. A round's figure is the lower quartile of its slices; results are medians of the rounds.
 */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import type { Figures, Slice } from "./call-child.ts";
import { start } from "./children.ts";
import type { Comparison, HttpResults } from "./results.ts";
import { median, quantile } from "./statistics.ts";

export const ROUNDS = Number(process.env["ROUNDS"] ?? 5);

/** Name of a table's row → arguments of its process. `control` repeats `raw`: its distance from 1.00 is the noise. */
export type Ways = Readonly<Record<string, readonly string[]>>;

interface Plan extends Slice {
  /** Calls before the first slice. */
  readonly warm: number;
  /** Slices per round. */
  readonly slices: number;
}

export async function measure(child: ChildProcess, slice: Slice): Promise<Figures> {
  child.send(slice);
  const [figures] = await once(child, "message");
  return figures;
}

export async function takeTurns(ways: Ways, { warm, slices, ...slice }: Plan) {
  const children = Object.entries(ways).map(([way, args]) => ({
    way,
    child: start("call-child", [...args]),
  }));
  for (const { child } of children) await measure(child, { ...slice, count: warm });

  const rounds: Map<string, Figures[]>[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const seen = new Map(children.map(({ way }): [string, Figures[]] => [way, []]));
    rounds.push(seen);
    for (let turn = round; turn < round + slices; turn++) {
      const first = turn % children.length;
      const order = [...children.slice(first), ...children.slice(0, first)];
      if (turn % 2) order.reverse();
      for (const { way, child } of order) seen.get(way)?.push(await measure(child, slice));
    }
  }
  for (const { child } of children) child.disconnect();

  const [base = ""] = Object.keys(ways);
  return Object.keys(ways).map((way): Comparison => {
    const figure = (name: "us" | "cpu", of: string) =>
      rounds.map((seen) =>
        quantile(
          (seen.get(of) ?? []).map((figures) => figures[name]),
          0.25,
        ),
      );
    const ratio = (name: "us" | "cpu") => {
      const bases = figure(name, base);
      return median(figure(name, way).map((value, round) => value / (bases[round] ?? NaN)));
    };
    const [us, cpu] = [median(figure("us", way)), median(figure("cpu", way))];
    return { way, us, cpu, usRatio: ratio("us"), cpuRatio: ratio("cpu") };
  });
}

/** Measures each way over loopback, with 10 and with 100 requests in flight. */
export async function compareOverHttp(
  ways: Ways,
  plan: Omit<Plan, "concurrency">,
): Promise<HttpResults> {
  return {
    at10: await takeTurns(ways, { ...plan, concurrency: 10 }),
    at100: await takeTurns(ways, { ...plan, concurrency: 100 }),
  };
}
