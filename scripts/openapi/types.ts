/** The parts of OpenAPI that these scripts read. Other keywords are `unknown`. */

export const METHODS = [
  "get",
  "put",
  "post",
  "delete",
  "options",
  "head",
  "patch",
  "trace",
] as const;
export type Method = (typeof METHODS)[number];

export interface OpenApi {
  openapi?: string;
  swagger?: string;
  info: Info;
  servers?: Server[];
  tags?: Tag[];
  security?: SecurityRequirement[];
  components?: Components;
  paths?: Record<string, PathItem>;
  webhooks?: Record<string, PathItem>;
  [keyword: string]: unknown;
}

export interface Info {
  title: string;
  version: string;
  [keyword: string]: unknown;
}

export interface Server {
  url?: string;
  variables?: Record<string, { default?: string }>;
}

interface Tag {
  name: string;
  description?: string;
}

/** Name of a security scheme → its scopes. */
type SecurityRequirement = Record<string, string[]>;

/** Section → name → component. */
interface Components {
  schemas?: Record<string, Schema>;
  securitySchemes?: Record<string, SecurityScheme>;
  [section: string]: Record<string, Keywords> | undefined;
}

export interface Keywords {
  [keyword: string]: unknown;
}

interface SecurityScheme extends Keywords {
  type?: string;
  scheme?: string;
  in?: string;
  name?: string;
}

/** May be a reference, as may all types below: see `resolveRef`. */
export type PathItem = Partial<Record<Method, Operation>> & {
  $ref?: string;
  summary?: string;
  description?: string;
  parameters?: Parameter[];
  servers?: Server[];
};

export interface Operation extends Keywords {
  operationId?: string;
  summary?: string;
  description?: string;
  parameters?: Parameter[];
  requestBody?: Body;
  responses?: Record<string, Body>;
  security?: SecurityRequirement[];
  servers?: Server[];
}

export interface Parameter extends Keywords {
  name: string;
  in: string;
  required?: boolean;
  description?: string;
  schema?: Schema;
  content?: Content;
  style?: string;
  explode?: boolean;
  allowReserved?: boolean;
}

/** The body of a request, or a response. */
export interface Body extends Keywords {
  description?: string;
  required?: boolean;
  content?: Content;
  headers?: Record<string, Header>;
}

export interface Header extends Keywords {
  description?: string;
  required?: boolean;
  schema?: Schema;
  content?: Content;
}

/** Media type → its schema and examples. */
export type Content = Record<string, Media>;

interface Media {
  schema?: Schema;
  example?: unknown;
  examples?: unknown;
}

export interface Schema extends Keywords {
  $ref?: string;
  type?: string | string[];
  nullable?: boolean;
  enum?: unknown[];
  const?: unknown;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  additionalProperties?: Schema | boolean;
  allOf?: Schema[];
  oneOf?: Schema[];
  anyOf?: Schema[];
  format?: string;
  default?: unknown;
  title?: string;
}
