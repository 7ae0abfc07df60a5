/** Paths as openapi-typescript writes them, of operations whose bodies are not JSON. */
export interface FormPaths {
  "/Form": {
    get?: never;
    post: {
      parameters: { query?: never; header?: never; path?: never; cookie?: never };
      requestBody: {
        content: {
          "application/x-www-form-urlencoded": {
            CampaignId: number;
            ClickId?: string | null;
            Category?: string[];
            Item?: { Sku: string };
          };
        };
      };
      responses: { 200: { content: { "application/json": { Status?: "QUEUED" } } } };
    };
  };
  "/File": {
    post: {
      parameters: { query?: never };
      requestBody?: { content: { "multipart/form-data": { File?: string } } };
      responses: { 204: { content?: never } };
    };
    put: {
      parameters: { query?: never };
      requestBody: { content: { "text/csv": string } };
      responses: { 204: { content?: never } };
    };
    delete: {
      parameters: { query?: never };
      requestBody?: never;
      responses: { 204: { content?: never } };
    };
  };
  "/Json": {
    post: {
      parameters: { query?: never };
      requestBody: { content: { "application/json": { Name?: string } | string } };
      responses: { 200: { content: { "application/json": { Id: string } } } };
    };
    patch: {
      parameters: { query?: never };
      requestBody: {
        content: {
          "application/x-www-form-urlencoded": { Name: string };
          "application/merge-patch+json": { Name: string };
        };
      };
      responses: { 200: { content: { "application/json": { Id: string } } } };
    };
  };
}
