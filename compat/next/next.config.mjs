// The project is copied to compat/.tmp/<name>, and Next.js is in compat/node_modules.
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
export default { outputFileTracingRoot: root, turbopack: { root } };
