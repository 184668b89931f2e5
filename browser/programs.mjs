// The programs of this repository, built once and started as people start them.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";

const root = new URL("..", import.meta.url).pathname;

export function build(folder) {
  execFileSync("go", ["build", "-o", folder + "/", "./examples/dashboard", "./cmd/auditserver", "./cmd/isoaudit"], { cwd: root, stdio: "inherit" });
}

// start runs a program until a line of its output matches, and gives that line's first group.
export async function start(folder, name, args, pattern, env = {}) {
  const child = spawn(join(folder, name), args, { stdio: ["ignore", "pipe", "inherit"], env: { ...process.env, ...env } });
  const ended = once(child, "exit");
  let found;
  for await (const line of createInterface({ input: child.stdout })) {
    found = line.match(pattern)?.[1];
    if (found) break;
  }
  if (!found) throw new Error(`${name} ended before it said ${pattern}`);
  child.stdout.resume();
  return {
    said: found,
    async stop() { // as a service manager stops it
      child.kill("SIGTERM");
      const [code, signal] = await ended;
      if (code !== 0) throw new Error(`${name} ended with ${code ?? signal}`);
    },
  };
}

export const run = (folder, name, args, env) => execFileSync(join(folder, name), args, { env: { ...process.env, ...env } });
