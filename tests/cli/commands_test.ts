// Covers what every command owes: help by example, JSON purity, one sentence and exit code 2 on a mistake.
import { match, ok, strictEqual } from "node:assert/strict";
import { runCli } from "./run_cli.ts";

const COMMANDS = [
  "tune",
  "run",
  "verify",
  "bench",
  "compare",
  "dashboard",
  "variants",
  "profiles",
  "export",
  "devices",
  "doctor",
  "schema",
  "completions",
];

Deno.test("deltatune --help lists every command", async () => {
  const { code, stdout } = await runCli(["--help"]);
  strictEqual(code, 0);
  for (const command of COMMANDS) match(stdout, new RegExp(`^  ${command} `, "m"));
});

for (const command of COMMANDS) {
  Deno.test(`${command} --help teaches by example`, async () => {
    const { code, stdout, stderr } = await runCli([command, "--help"]);
    strictEqual(code, 0);
    strictEqual(stderr, "");
    match(stdout, /Examples:/);
    ok(stdout.includes(`deno task ${command}`) || stdout.includes(`deno task -q ${command}`));
  });
}

const BAD: [string[], RegExp][] = [
  [["tuen"], /Unknown command 'tuen' \(Did you mean tune\?\)/],
  [["variants", "kda_decod"], /Unknown family "kda_decod": did you mean "kda_decode"\?/],
  [["variants", "kda_decode", "--jsn"], /Unknown option '--jsn' \(Did you mean --json\?\)/],
  [["variants", "kda_decode", "--sample", "none"], /--sample takes a whole number/],
  [["variants", "kda_decode", "--axes", "Q=3"], /Unknown axis "Q"/],
  [["variants", "kda_decode", "--axes", "K=65"], /K=65/],
  [["variants", "kda_decode", "--axes", "K:64"], /"K:64" is not AXIS=NUMBER/],
  [
    ["variants", "kda_decode", "--wgsl", "kda_decode:tileW=32"],
    /Unknown tunable "tileW".*did you mean "tileV"/,
  ],
  [["variants", "kda_decode", "--wgsl", "kda_decode:tileV=33"], /Cannot set tileV of kda_decode to "33"/],
  [
    ["variants", "kda_decode", "--wgsl", "kda_decode:tileV=128;columnsPerThread=1;rowsPerThread=4"],
    /must not exceed 1024/,
  ],
  [["variants", "kda_prefill", "--wgsl", "kda_decode"], /belongs to kda_decode/],
  [["schema", "trail"], /Unknown record "trail": did you mean "trial"\?/],
  [["profiles", "lst"], /Unknown command 'lst' \(Did you mean list\?\)/],
  [["profiles", "show", "no_such_device"], /No profile of "no_such_device"/],
  [["profiles", "list", "--profiles", "/nonexistent"], /\/nonexistent: no such file/],
  [["profiles", "import", "/nonexistent"], /Cannot import \/nonexistent: no such file/],
  [["profiles", "import"], /Missing required argument/],
  [["export", "wgls", "--out", "x"], /Unknown target "wgls"/],
  [["devices", "extra"], /Too many arguments/],
  [["completions", "tcsh"], /'tcsh' is invalid/],
  [["run", "kda_decode"], /--in/],
  [["dashboard", "--host", "0.0.0.0"], /Cannot listen on 0\.0\.0\.0 without a token.*add --token/],
  [["dashboard", "--host", "0.0.0.0", "--token", "short"], /Cannot take a token of 5 letters/],
  [["dashboard", "--port", "65536"], /Cannot listen on port 65536/],
  [["dashboard", "--port", "http"], /--port takes a whole number/],
  [["dashboard", "--host", "192.0.2.7", "--token", "0123456789abcdef"], /Cannot listen on 192\.0\.2\.7/],
];

for (const [args, says] of BAD) {
  Deno.test(`deltatune ${args.join(" ")} ends with one sentence and code 2`, async () => {
    const { code, stdout, stderr } = await runCli(args);
    match(stderr, says);
    strictEqual(stderr.trim().split("\n").length, 1, stderr);
    strictEqual(stdout, "");
    strictEqual(code, 2);
  });
}

const JSON_COMMANDS: string[][] = [
  ["variants", "--json"],
  ["variants", "kda_decode", "--json", "--sample", "3"],
  ["variants", "kda_decode", "--count", "--json"],
  ["variants", "kda_decode", "--tunables", "--json"],
  ["variants", "kda_prefill", "--matrix", "--count", "--json"],
  ["variants", "kda_decode", "--wgsl", "kda_decode", "--json"],
  ["schema", "--json"],
  ["profiles", "list", "--json"],
  ["profiles", "check", "--json"],
  ["export", "--list", "--json"],
  ["completions", "bash", "--json"],
  ["devices", "--json"],
  ["doctor", "--json"],
];

for (const args of JSON_COMMANDS) {
  Deno.test(`deltatune ${args.join(" ")} prints one JSON document and nothing else`, async () => {
    const { code, stdout } = await runCli(args);
    strictEqual(typeof JSON.parse(stdout), "object");
    strictEqual(code, 0);
  });
}

Deno.test("variants counts as many as it lists, and a seed draws the same sample again", async () => {
  const listed = (await runCli(["variants", "kda_decode"])).stdout.trim().split("\n");
  strictEqual((await runCli(["variants", "kda_decode", "--count"])).stdout, `${listed.length}\n`);
  const draw = (seed: string) => runCli(["variants", "kda_decode", "--sample", "5", "--seed", seed]);
  const [first, again, other] = await Promise.all([draw("1"), draw("1"), draw("2")]);
  strictEqual(first.stdout, again.stdout);
  ok(first.stdout !== other.stdout);
  for (const id of first.stdout.trim().split("\n")) ok(listed.includes(id));
});

Deno.test("doctor calls a software adapter one", async () => {
  const { stdout } = await runCli(["doctor", "--software", "--json"]);
  const report = JSON.parse(stdout);
  strictEqual(report.device.software, true);
  strictEqual(report.tunable, true);
  match(report.findings[0].found, /software adapter/);
});

Deno.test("profiles check reports a torn line and changes nothing", async () => {
  const root = await Deno.makeTempDir({ prefix: "deltatune-test-" });
  try {
    await Deno.mkdir(`${root}/some_device`);
    await Deno.writeTextFile(`${root}/some_device/profile.json`, JSON.stringify(SAMPLE_PROFILE));
    await Deno.writeTextFile(`${root}/some_device/kda_decode.jsonl`, '{"schemaVersion":1,"fam');
    const { code, stdout } = await runCli(["profiles", "check", "--profiles", root, "--json"]);
    strictEqual(code, 1);
    const report = JSON.parse(stdout);
    strictEqual(report.ok, false);
    match(report.problems[0], /kda_decode\.jsonl line 1: it is not JSON/);
    strictEqual(await Deno.readTextFile(`${root}/some_device/kda_decode.jsonl`), '{"schemaVersion":1,"fam');
    match(
      (await runCli(["profiles", "show", "some_devise", "--profiles", root])).stderr,
      /did you mean "some_device"/,
    );
    strictEqual((await runCli(["profiles", "show", "some_device", "--profiles", root])).code, 0);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});

const SAMPLE_PROFILE = {
  schemaVersion: 1,
  device: {
    vendor: "v",
    architecture: "",
    device: "d",
    description: "Some Device",
    driver: "",
    backend: "builtin",
    runtime: "deno 2.9.6",
    software: true,
    features: [],
    limits: {},
  },
  winners: [],
  updatedAt: "2026-11-23T00:00:00Z",
};
