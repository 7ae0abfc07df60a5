import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { endAll, newFolder, startBulk } from "../support/bulk/process.ts";
import { serveLinks, type Deed, type CountingServer } from "../support/bulk/server.ts";
import { randomFrom, mixedRows, decideFor, writeInput } from "../support/bulk/rows.ts";
import { audit } from "../support/bulk/audit.ts";
import { sleep } from "../support/bulk/story.ts";
import { times } from "../support/thorough.ts";

afterAll(endAll);

/** How often a process is killed in all of the loops below together. */
const KILLS = Number(process.env["BULK_KILLS"] ?? times(4, 120));
const SEED = Number(process.env["BULK_SEED"] ?? Math.floor(Math.random() * 2 ** 31));
/** Processes at once: one alone leaves the machine idle while it starts. */
const LANES = times(2, 3);

/** A moment in the life of a process: so long after its start, or soon after the server has heard of it. */
async function someMoment(server: CountingServer, random: () => number): Promise<void> {
  if (random() < 0.4) return sleep(60 + random() * 340);
  await server.arrived(server.arrivals.length + 1 + Math.floor(random() * 30));
  if (random() < 0.7) await sleep(random() * 25);
}

interface Loop {
  kills: number;
  seed: number;
  input: string;
  out: string;
  flags?: readonly string[];
  faults?: readonly Deed[];
  quota?: CountingServer["quota"];
}

/** Tables, one after another, of each of which the run is killed some times and then left to end. */
async function killAgainAndAgain(loop: Loop): Promise<{ killed: number; faults: string[] }> {
  const { kills, seed, flags = [], faults = [] } = loop;
  const random = randomFrom(seed);
  let killed = 0;
  while (killed < kills) {
    const rows = mixedRows(60 + Math.floor(random() * 90), random);
    const folder = newFolder();
    const [input, out] = [join(folder, loop.input), join(folder, loop.out)];
    writeInput(input, rows);
    const server = await serveLinks({
      decide: decideFor(random, faults),
      delay: () => random() * 30,
      quota: loop.quota,
    });
    const audited = audit(rows, server, out, flags.includes("--append-ids"));
    const args = [input, "--out", out, "--silent", ...flags];
    for (let left = 3 + Math.floor(random() * 8); ; left--) {
      const { child, ended } = startBulk(args, server);
      if (left > 0 && killed < kills) {
        await Promise.race([someMoment(server, random), ended]);
        child.kill("SIGKILL");
      }
      const end = await ended;
      if (end.signal === "SIGKILL") {
        killed++;
        audited.stopped();
        continue;
      }
      await server.idle();
      const found = audited.complete(end);
      if (found.length > 0) return { killed, faults: found };
      break;
    }
  }
  return { killed, faults: [] };
}

const FAULTS: readonly Deed[] = ["error", "reset before", "reset after", "quota"];

test.each<Omit<Loop, "kills" | "seed">>([
  { input: "in.csv", out: "out.csv", faults: FAULTS },
  { input: "in.csv", out: "out.csv", flags: ["--append-ids"], faults: FAULTS },
  { input: "in.jsonl", out: "out.jsonl", faults: FAULTS },
  { input: "in.jsonl", out: "out.csv", flags: ["--append-ids", "--concurrency", "30"] },
])(
  "kill -9 loses no row and sends none twice: $input to $out $flags",
  async (loop) => {
    const lanes = Array.from({ length: LANES }, (_, lane) =>
      killAgainAndAgain({ ...loop, seed: SEED + lane, kills: Math.ceil(KILLS / 5 / LANES) }),
    );
    for (const { faults } of await Promise.all(lanes))
      expect(faults, `BULK_SEED=${SEED}`).toEqual([]);
  },
  600_000,
);

test("kill -9 within windows of a small quota loses no row and sends none twice", async () => {
  const lanes = Array.from({ length: LANES }, (_, lane) =>
    killAgainAndAgain({
      input: "in.csv",
      out: "out.csv",
      quota: { limit: 25, windowMs: 250 },
      seed: SEED + lane,
      kills: Math.ceil(KILLS / 5 / LANES),
    }),
  );
  for (const { faults } of await Promise.all(lanes))
    expect(faults, `BULK_SEED=${SEED}`).toEqual([]);
}, 600_000);
