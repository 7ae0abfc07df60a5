/** Typical calls that must compile, with `strict` on and off and with `exactOptionalPropertyTypes`. */
import {
  createImpactClient,
  type CreateManyOptions,
  type CreateManyResult,
  type CreateTrackingLinkParams,
  type TrackingLink,
} from "impact-partner-client";

const { create, createMany } = createImpactClient().trackingLinks;
const programId: string = "1000";

// One link.

export function spread(path?: string): Promise<TrackingLink>[] {
  return [
    create({ programId, ...(path ? { customPath: path } : {}) }),
    create({ programId, ...(path && { customPath: path }) }),
    create({ programId, ...(path === undefined ? { type: "Regular" } : { customPath: path }) }),
  ];
}

export function pass(type: "Vanity" | "Regular", customPath?: string): Promise<TrackingLink> {
  return create({ programId, type, customPath });
}

interface Choice {
  type?: "Vanity" | "Regular";
  customPath?: string;
}
export const passAll = (choice: Choice): Promise<TrackingLink> => create({ programId, ...choice });

// Many links, from inputs that are parameters.

interface Row {
  programId: string;
  type?: "Vanity" | "Regular";
  subId1?: string;
}

class Page {
  readonly #sku: string;
  constructor(sku: string) {
    this.#sku = sku;
  }
  get programId(): string {
    return programId;
  }
  get deepLink(): string {
    return `https://shop.example/${this.#sku}`;
  }
}

declare const rows: Row[];
declare const readonlyRows: readonly Row[];
declare const laterRows: AsyncIterable<Row>;
declare const options: CreateManyOptions | undefined;
declare const parsed: any;

createMany([]);
createMany([{ programId, type: "Vanity" }]);
createMany([
  { programId, type: "Vanity" },
  { programId, subId1: "a" },
]);
createMany(["a", "b"].map((subId1) => ({ programId, subId1, type: "Vanity" })));
createMany(["a", "b"].map((subId1) => ({ programId, ...(subId1 && { subId1 }) })));
createMany(rows);
createMany(readonlyRows);
createMany(laterRows);
createMany(new Set(rows));
createMany([new Page("boots")]);
createMany(rows as (Row | Page)[]);
createMany(parsed);
createMany(parsed, { concurrency: 2 });
createMany([{ programId, type: "Vanity" }], { concurrency: 2 });
createMany([new Page("boots")], {});
createMany(rows, options);
createMany(laterRows, undefined);
createMany(rows, { params: (row) => ({ ...row, subId2: row.subId1 }) });

const constant = [{ programId, type: "Vanity" }] as const;
createMany(constant);
const typed: CreateTrackingLinkParams[] = [{ programId, type: "Vanity" }];
createMany(typed);
const literal = [{ programId, type: "Vanity" as const }];
createMany(literal);

const widened = [{ programId, type: "Vanity", customPath: "boots" }];
createMany(widened);
createMany(widened, { concurrency: 2 });
createMany(new Set(widened));

async function* generated() {
  yield { programId, subId1: "a" };
}
createMany(generated());

// Many links, from inputs of any type.

const skus = ["boots", "shoes"];
const made: AsyncGenerator<CreateManyResult<string>> = createMany(skus, {
  params: (sku) => ({ programId, deepLink: `https://shop.example/${sku}` }),
});
void made;
createMany(skus, { params: (sku) => ({ programId, type: "Vanity", customPath: sku }) });
createMany(skus, {
  concurrency: 2,
  params(sku, index) {
    if (index === 0) return { programId, type: "Vanity" };
    return { programId, ...(sku && { subId1: sku }) };
  },
});
const widenedType = (sku: string) => ({ programId, type: "Vanity", customPath: sku });
createMany(skus, { params: widenedType });
createMany(new Map([["boots", 1]]), { params: ([sku]) => ({ programId, subId1: sku }) });
createMany<{ sku: string }>([{ sku: "boots" }], {
  params: ({ sku }) => ({ programId, subId1: sku }),
});

export function manyOf<T>(
  inputs: Iterable<T>,
  params: (input: T) => CreateTrackingLinkParams,
): AsyncGenerator<CreateManyResult<T>> {
  return createMany(inputs, { params });
}
export function manyWith<T>(
  inputs: T[],
  given: CreateManyOptions<T>,
  idOf: (input: T) => string,
): AsyncGenerator<CreateManyResult<T>> {
  return createMany(inputs, { ...given, params: (input) => ({ programId: idOf(input) }) });
}
