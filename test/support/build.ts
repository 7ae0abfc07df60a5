import { execFileSync } from "node:child_process";

/** Tests of the package and the command use what is published, so it is built once, before all of them. */
export default function build(): void {
  execFileSync("npm", ["run", "build", "--silent"], { stdio: "inherit" });
}
