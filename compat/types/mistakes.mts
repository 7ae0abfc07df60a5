/**
 * Mistakes that must not compile. Each comment has the code of the compiler's message, the text that it points to, and
 * enough of its first lines in TypeScript 5.9 to name the mistake. test/tooling/compiler-messages.test.ts compares
 * them.
 */
import { createImpactClient } from "impact-partner-client";

const impact = createImpactClient();
const { create, createMany } = impact.trackingLinks;
const skus = ["boots", "shoes"];

// One link.

// @ts-expect-error TS2345 at `{ subId1: "a" }`
// Argument of type '{ subId1: string; }' is not assignable to parameter of type 'CreateTrackingLinkParams'.
//   Property 'programId' is missing in type '{ subId1: string; }' but required in type 'CreateTrackingLinkParams'.
create({ subId1: "a" });
// @ts-expect-error TS2561 at `SubId1`
// Object literal may only specify known properties, but 'SubId1' does not exist in type 'CreateTrackingLinkParams'. Did you mean to write 'subId1'?
create({ programId: "1000", SubId1: "a" });
// @ts-expect-error TS2561 at `deeplink`
// Object literal may only specify known properties, but 'deeplink' does not exist in type 'CreateTrackingLinkParams'. Did you mean to write 'deepLink'?
create({ programId: "1000", deeplink: "https://shop.example" });
// @ts-expect-error TS2322 at `programId`
// Type 'number' is not assignable to type 'string'.
create({ programId: 1000 });
// @ts-expect-error TS2322 at `deepLink`
// Type 'URL' is not assignable to type 'string'.
create({ programId: "1000", deepLink: new URL("https://shop.example") });
// @ts-expect-error TS2820 at `type`
// Type '"vanity"' is not assignable to type '"Regular" | "Vanity" | undefined'. Did you mean '"Vanity"'?
create({ programId: "1000", type: "vanity" });
const widened = { programId: "1000", type: "Vanity" };
// @ts-expect-error TS2345 at `widened`
// Argument of type '{ programId: string; type: string; }' is not assignable to parameter of type 'CreateTrackingLinkParams'.
//   Types of property 'type' are incompatible.
//     Type 'string' is not assignable to type '"Regular" | "Vanity" | undefined'.
create(widened);
// @ts-expect-error TS2345 at `"1000"`
// Argument of type 'string' is not assignable to parameter of type 'CreateTrackingLinkParams'.
create("1000");
// @ts-expect-error TS2561 at `timeOut`
// Object literal may only specify known properties, but 'timeOut' does not exist in type 'RequestOptions'. Did you mean to write 'timeout'?
create({ programId: "1000" }, { timeOut: 5_000 });
// @ts-expect-error TS2559 at `new AbortController().signal`
// Type 'AbortSignal' has no properties in common with type 'RequestOptions'.
create({ programId: "1000" }, new AbortController().signal);
// @ts-expect-error TS2339 at `url`
// Property 'url' does not exist on type 'Promise<TrackingLink>'.
create({ programId: "1000" }).url;
// @ts-expect-error TS2561 at `timeOut`
// Object literal may only specify known properties, but 'timeOut' does not exist in type 'ImpactClientOptions'. Did you mean to write 'timeout'?
createImpactClient({ timeOut: 5_000 });

// Many links, from inputs that should be parameters.

// @ts-expect-error TS2322 at `{ subId1: "a" }`
// Type '{ subId1: string; }' is not assignable to type '"Expected `programId` or the option `params`"'.
createMany([{ subId1: "a" }]);
// @ts-expect-error TS2322 at `{ programId: "1000", SubId1: "a" }`
// Type '{ programId: string; SubId1: string; }' is not assignable to type '"Expected a known parameter or the option `params`, got `SubId1`"'.
createMany([{ programId: "1000", SubId1: "a" }]);
// @ts-expect-error TS2322 at `programId`
// Type 'number' is not assignable to type 'string'.
createMany([{ programId: 1000 }]);
// @ts-expect-error TS2322 at `deepLink`
// Type 'URL' is not assignable to type 'string'.
createMany([{ programId: "1000", deepLink: new URL("https://shop.example") }]);
// @ts-expect-error TS2820 at `type`
// Type '"vanity"' is not assignable to type '"Regular" | "Vanity" | undefined'. Did you mean '"Vanity"'?
createMany([{ programId: "1000", type: "vanity" }]);
// @ts-expect-error TS2345 at `skus`
// Argument of type 'string[]' is not assignable to parameter of type 'Inputs<"Expected `programId` or the option `params`">'.
createMany(skus);
// @ts-expect-error TS2345 at `new Map([["boots", "1000"]])`
// Argument of type 'Map<string, string>' is not assignable to parameter of type 'Inputs<"Expected `programId` or the option `params`">'.
createMany(new Map([["boots", "1000"]]));
// @ts-expect-error TS2353 at `programId`
// Object literal may only specify known properties, and 'programId' does not exist in type 'Inputs<CreateTrackingLinkParams>'.
createMany({ programId: "1000" });

const misspelt = [{ programId: "1000", SubId1: "a", deeplink: "https://shop.example" }];
// @ts-expect-error TS2345 at `misspelt`
// Argument of type '{ programId: string; SubId1: string; deeplink: string; }[]' is not assignable to parameter of type 'Inputs<"Expected a known parameter or the option `params`, got `SubId1`" | "Expected a known parameter or the option `params`, got `deeplink`">'.
createMany(misspelt);
const incomplete = [{ SubId1: "a", type: 1 }];
// @ts-expect-error TS2345 at `incomplete`
// Argument of type '{ SubId1: string; type: number; }[]' is not assignable to parameter of type 'Inputs<"Expected `programId` or the option `params`">'.
createMany(incomplete);

interface Wide {
  programId: string;
  sku: string;
}
declare const wide: Wide[];
// @ts-expect-error TS2345 at `wide`
// Argument of type 'Wide[]' is not assignable to parameter of type 'Inputs<"Expected a known parameter or the option `params`, got `sku`">'.
createMany(wide);
// @ts-expect-error TS2345 at `wide as Iterable<Wide>`
// Argument of type 'Iterable<Wide>' is not assignable to parameter of type 'Inputs<"Expected a known parameter or the option `params`, got `sku`">'.
createMany(wide as Iterable<Wide>);
// @ts-expect-error TS2345 at `wide as (Wide | { programId: string })[]`
// Argument of type '(Wide | { programId: string; })[]' is not assignable to parameter of type 'Inputs<"Expected a known parameter or the option `params`, got `sku`">'.
createMany(wide as (Wide | { programId: string })[]);
async function* generated() {
  yield { programId: "1000", sku: "boots" };
}
// @ts-expect-error TS2345 at `generated()`
// Argument of type 'AsyncGenerator<{ programId: string; sku: string; }, void, unknown>' is not assignable to parameter of type 'Inputs<"Expected a known parameter or the option `params`, got `sku`">'.
createMany(generated());
// @ts-expect-error TS2345 at `{ concurrency: 2 }`
// Argument of type '{ concurrency: number; }' is not assignable to parameter of type '"Expected a known parameter or the option `params`, got `sku`" | CreateManyFromOptions<Wide, never>'.
createMany(wide, { concurrency: 2 });

declare const flagged: { programId: string; type: string | boolean }[];
// @ts-expect-error TS2345 at `flagged`
// Argument of type '{ programId: string; type: string | boolean; }[]' is not assignable to parameter of type 'Inputs<Pick<CreateTrackingLinkParams, "type">>'.
createMany(flagged);
const numbers = [{ programId: 1000 }];
// @ts-expect-error TS2345 at `numbers`
// Argument of type '{ programId: number; }[]' is not assignable to parameter of type 'Inputs<Pick<CreateTrackingLinkParams, "programId">>'.
createMany(numbers);
declare const unknowns: unknown[];
// @ts-expect-error TS2345 at `unknowns`
// Argument of type 'unknown[]' is not assignable to parameter of type 'Inputs<CreateTrackingLinkParams>'.
createMany(unknowns);
// @ts-expect-error TS2345 at `{ concurrency: 2 }`
// Argument of type '{ concurrency: number; }' is not assignable to parameter of type '"Expected `programId` or the option `params`" | CreateManyFromOptions<string, never>'.
createMany(skus, { concurrency: 2 });
// @ts-expect-error TS2345 at `wide`
// Argument of type 'Wide[]' is not assignable to parameter of type 'Inputs<"Expected a known parameter or the option `params`, got `sku`">'.
createMany<Wide>(wide);

// The return value of `params`.

// @ts-expect-error TS2322 at `({ subId1: sku })`
// Type '{ subId1: string; }' is not assignable to type '"Expected `programId`"'.
createMany(skus, { params: (sku) => ({ subId1: sku }) });
// @ts-expect-error TS2322 at `({ programId: "1000", SubId1: sku })`
// Type '{ programId: string; SubId1: string; }' is not assignable to type '"Expected a known parameter, got `SubId1`"'.
createMany(skus, { params: (sku) => ({ programId: "1000", SubId1: sku }) });
// @ts-expect-error TS2322 at `programId`
// Type 'number' is not assignable to type 'string'.
createMany(skus, { params: () => ({ programId: 1000 }) });
// @ts-expect-error TS2322 at `({ programId: "1000", subId1: sku })`
// Type 'Promise<{ programId: string; subId1: string; }>' is not assignable to type '"Expected parameters, got a promise"'.
createMany(skus, { params: async (sku) => ({ programId: "1000", subId1: sku }) });
createMany(skus, {
  // @ts-expect-error TS2322 at `params`
  // Type '(sku: string) => { programId: string; SubId1: string; }' is not assignable to type '(input: string, index: number) => "Expected a known parameter, got `SubId1`"'.
  params(sku) {
    return { programId: "1000", SubId1: sku };
  },
});
const wrongKey = (sku: string) => ({ programId: "1000", SubId1: sku });
// @ts-expect-error TS2322 at `params`
// Type '(sku: string) => { programId: string; SubId1: string; }' is not assignable to type '(input: string, index: number) => "Expected a known parameter, got `SubId1`"'.
createMany(skus, { params: wrongKey });
// @ts-expect-error TS2339 at `name`
// Property 'name' does not exist on type 'Wide'.
createMany(wide, { params: (row) => ({ programId: row.name }) });

// Options and results of many links.

// @ts-expect-error TS2561 at `concurency`
// Object literal may only specify known properties, but 'concurency' does not exist in type 'CreateManyOptions<{ programId: string; }, never>'. Did you mean to write 'concurrency'?
createMany([{ programId: "1000" }], { concurency: 2 });
// @ts-expect-error TS2561 at `timeOut`
// Object literal may only specify known properties, but 'timeOut' does not exist in type 'CreateManyOptions<{ programId: string; }, never>'. Did you mean to write 'timeout'?
createMany([{ programId: "1000" }], { timeOut: 5_000 });
// @ts-expect-error TS2561 at `concurency`
// Object literal may only specify known properties, but 'concurency' does not exist in type 'CreateManyFromOptions<string, { programId: string; subId1: string; }>'. Did you mean to write 'concurrency'?
createMany(skus, { concurency: 2, params: (sku) => ({ programId: "1000", subId1: sku }) });
// @ts-expect-error TS2322 at `concurrency`
// Type 'string' is not assignable to type 'number'.
createMany([{ programId: "1000" }], { concurrency: "8" });

for await (const result of createMany([{ programId: "1000" }])) {
  // @ts-expect-error TS2339 at `link`
  // Property 'link' does not exist on type 'CreateManyResult<{ programId: string; }>'.
  //   Property 'link' does not exist on type '{ readonly index: number; readonly input: { programId: string; } | undefined; readonly ok: false; readonly error: ImpactError; }'.
  result.link;
  // @ts-expect-error TS2339 at `error`
  // Property 'error' does not exist on type 'CreateManyResult<{ programId: string; }>'.
  //   Property 'error' does not exist on type '{ readonly index: number; readonly input: { programId: string; }; readonly ok: true; readonly link: TrackingLink; readonly reused: boolean; }'.
  result.error;
}
// @ts-expect-error TS2488 at `createMany([{ programId: "1000" }])`
// Type 'AsyncGenerator<CreateManyResult<{ programId: string; }>, void, undefined>' must have a '[Symbol.iterator]()' method that returns an iterator.
for (const result of createMany([{ programId: "1000" }])) console.log(result);
// @ts-expect-error TS2339 at `length`
// Property 'length' does not exist on type 'AsyncGenerator<CreateManyResult<{ programId: string; }>, void, undefined>'.
(await createMany([{ programId: "1000" }])).length;
