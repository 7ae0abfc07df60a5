import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { endAll, startBulk, runBulk, type Ended } from "../support/bulk/process.ts";
import { holdAfter } from "../support/bulk/server.ts";
import { randomFrom, regular } from "../support/bulk/rows.ts";
import { readOr } from "../support/bulk/audit.ts";
import { setUp, until } from "../support/bulk/story.ts";
import { times } from "../support/thorough.ts";

afterAll(endAll);

const SEED = Number(process.env["BULK_SEED"] ?? Math.floor(Math.random() * 2 ** 31));

const busy = (out: string): { code: number; stderr: string } => ({
  code: 2,
  stderr: `impact-links: Another process is writing ${out}\nSee impact-links bulk --help.\n`,
});

test.concurrent(
  "a second run on one output refuses, by another name of the output too, and does not disturb the first",
  async () => {
    const { input, args, server, audited, out, folder } = await setUp(regular(60));
    const link = join(folder, "link.csv");
    symlinkSync(out, link);
    const release = holdAfter(server, 30);
    const first = startBulk(args, server);
    await until(() => readOr(out).length > 300);
    const again = await runBulk(args, server);
    const byLink = await runBulk([input, "--out", link, "--silent"], server);
    expect(first.child.exitCode).toBe(null);
    release();
    expect(audited.complete(await first.ended)).toEqual([]);
    expect(server.arrivals.length).toBe(60);
    expect({ code: again.code, stderr: again.stderr }).toEqual(busy(out));
    expect({ code: byLink.code, stderr: byLink.stderr }).toEqual({
      code: 2,
      stderr: expect.stringContaining("Another process is writing ") as unknown,
    });
  },
);

test.concurrent(
  "of two runs that start at the same time on two names of one output, one makes the links",
  async () => {
    const { input, args, server, audited, out, folder } = await setUp(regular(60), {
      delay: () => 50,
    });
    const link = join(folder, "link.csv");
    symlinkSync(out, link);
    const runs = await Promise.all(
      [args, [input, "--out", link, "--silent"]].map((each) => runBulk(each, server)),
    );
    expect(runs.map(({ code }) => Number(code)).toSorted((a, b) => a - b)).toEqual([0, 2]);
    expect(audited.complete(runs.find(({ code }) => code === 0) as Ended)).toEqual([]);
    expect(server.arrivals.length).toBe(60);
  },
);

test.concurrent(
  "of two runs that start at the same time on one output, one makes the links",
  async () => {
    const random = randomFrom(SEED);
    for (let round = 0; round < times(2, 6); round++) {
      const { args, server, audited, out } = await setUp(regular(6), {
        delay: () => random() * 60,
      });
      const runs = await Promise.all(
        [startBulk(args, server), startBulk(args, server)].map(({ ended }) => ended),
      );
      const codes = runs.map(({ code }) => Number(code)).toSorted((a, b) => a - b);
      expect(
        [
          [0, 0],
          [0, 2],
        ],
        `BULK_SEED=${SEED}`,
      ).toContainEqual(codes);
      for (const { code, stderr } of runs) {
        expect({ code, stderr }).toEqual(code === 0 ? { code: 0, stderr: "" } : busy(out));
      }
      const winner = runs.find(({ code }) => code === 0) as Ended;
      expect(audited.complete(winner)).toEqual([]);
      expect(server.arrivals.length).toBe(6);
    }
  },
);
