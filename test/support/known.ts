import { operations } from "../../generated/operations.ts";

const { params } = operations.createTrackingLink;

/** How a message lists the parameters that the document knows. */
export const PARAMETERS: string = Object.keys(params)
  .map((name) => `\`${name}\``)
  .join(", ");

/** How a message lists the types of a link that the document knows: `"Regular" or "Vanity"`. */
export const TYPES: string = params.type.enum.map((type) => JSON.stringify(type)).join(" or ");
