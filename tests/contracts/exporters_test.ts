// What every exporter owes: the same bytes again, portable paths, a README that says what transfers, JSON without gaps.
import { rejects } from "node:assert/strict";
import type { Exporter, ExportFile } from "../../exporters/exporter.ts";
import { fileProblem } from "../../exporters/file_problem.ts";
import { exporters } from "../../exporters/mod.ts";
import { families } from "../../kernels/mod.ts";
import { assert, assertEquals } from "../assert.ts";
import type { DeviceRecord, Trial } from "../../profiles/schema.ts";
import { SAMPLE_DEVICE, sampleRequest } from "../exporters/sample_request.ts";
import { withDevice } from "../exporters/vary_request.ts";

const everyFamily = families.map(({ name }) => name);

/** A GPU for each vendor a reader may ask for. */
const DEVICES: Readonly<Record<string, DeviceRecord>> = {
  nvidia: SAMPLE_DEVICE,
  amd: {
    ...SAMPLE_DEVICE,
    vendor: "amd",
    architecture: "",
    device: "0x74a1",
    description: "AMD Instinct MI300X",
  },
};

function requestFor({ name, families, vendors = ["nvidia"] }: Exporter, only?: readonly string[]) {
  const vendor = vendors.find((vendor) => Object.hasOwn(DEVICES, vendor));
  assert(vendor !== undefined, `${name} is for ${vendors.join(", ")}: add a device of these to DEVICES`);
  return withDevice(sampleRequest(only ?? families ?? everyFamily), DEVICES[vendor]);
}
const filesOf = (exporter: Exporter) => exporter.files(requestFor(exporter));

/** A deep freeze: an exporter that changes its request would change another's. */
function frozen<T>(value: T): T {
  if (value && typeof value === "object" && !Object.isFrozen(value) && !ArrayBuffer.isView(value)) {
    Object.freeze(value);
    Object.values(value).forEach(frozen);
  }
  return value;
}

Deno.test("exporters have names of their own, words for help and families that there are", () => {
  assert(exporters.length > 0);
  assertEquals(new Set(exporters.map(({ name }) => name)).size, exporters.length);
  for (const { name, doc, readBy, families: known = [] } of exporters) {
    assert(/^[a-z][a-z0-9._-]*$/.test(name), name);
    assert(/^\S.*$/.test(doc), `${name}: its doc is one line: ${doc}`);
    assert(/^\S.*$/.test(readBy), `${name}: readBy is one line: ${readBy}`);
    for (const family of known) assert(everyFamily.includes(family), `${name}: ${family}`);
  }
});

Deno.test("exporters/README.md names every exporter", async () => {
  const text = await Deno.readTextFile(new URL("../../exporters/README.md", import.meta.url));
  for (const { name } of exporters) {
    assert(text.includes(`\`${name}\``), `exporters/README.md has no \`${name}\``);
  }
});

for (const exporter of exporters) {
  const { name } = exporter;

  Deno.test(`${name} gives the same bytes for the same request, and leaves it as it was`, async () => {
    const { devices, families } = requestFor(exporter);
    const request = { devices: frozen(devices), families };
    const [first, again] = [await exporter.files(request), await exporter.files(request)];
    assertEquals(again, first);
    assertEquals(await filesOf(exporter), first);
  });

  Deno.test(`${name} writes portable paths, texts that end with a newline, and JSON without gaps`, async () => {
    const files = await filesOf(exporter);
    assertEquals(fileProblem(files), undefined);
    for (const { path, text } of files) {
      assert(text.endsWith("\n"), `${path} ends without a newline`);
      assert(!text.includes("\r"), `${path} has carriage returns`);
      const problem = path.endsWith(".json") ? jsonProblem(text) : undefined;
      assert(problem === undefined, `${path}: ${problem}`);
    }
  });

  Deno.test(`${name} takes any words a driver has for its device, and any name of its folder`, async () => {
    const request = requestFor(exporter);
    const { profile } = request.devices[0];
    const description = `${profile.device.description} "\\ */ ??/ \n#error x\r\u2028 \u202e\0 /\u00e9`;
    const device = { ...profile.device, description, runtime: "deno\n#error y" };
    for (const slug of ["my device (old)", "\u65e5\u672c", "con", "../x"]) {
      const odd = { ...request.devices[0], slug, profile: { ...profile, device } };
      const files = await exporter.files({ ...request, devices: [odd] });
      assertEquals(fileProblem(files), undefined);
      for (const { path, text } of files) {
        assert(!/^#error/m.test(text), `${path} has the end of a name as a line of its own`);
        if (!/\.(jsonl?|js|wisdom)$/.test(path)) {
          assert(!/[\0\u202e]/.test(text), `${path} has signs nobody sees`);
        }
        const problem = path.endsWith(".json") ? jsonProblem(text) : undefined;
        assert(problem === undefined, `${path}: ${problem}`);
      }
    }
  });

  Deno.test(`${name} can be had where the record also has trials of older source code`, async () => {
    const request = requestFor(exporter);
    const [device] = request.devices;
    const old = device.trials.flatMap((trial): Trial[] => {
      const { axes, config } = trial;
      const [axis, tunable] = [Object.keys(axes)[0], Object.keys(config)[0]];
      const [fewer, less] = [{ ...axes }, { ...config }] as [Record<string, number>, typeof config];
      delete fewer[axis];
      delete less[tunable];
      const odd: Partial<Trial>[] = [
        { axes: fewer },
        { axes: { ...axes, "../x": 1 } },
        { axes: { ...axes, [axis]: Number.MAX_SAFE_INTEGER } },
        { config: less },
        { config: { ...config, gone: true } },
        ...Object.keys(config).map((name) => ({ config: { ...config, [name]: "../x" } })),
      ];
      return odd.map((changes) => ({ ...trial, ...changes, sourceHash: "old" }));
    });
    const files = await exporter.files({
      ...request,
      devices: [{ ...device, trials: [...device.trials, ...old] }],
    });
    assertEquals(fileProblem(files), undefined);
    const paths = (await filesOf(exporter)).map(({ path }) => path);
    assertEquals(files.map(({ path }) => path).sort(), paths.sort());
    for (const { path, text } of files) {
      const problem = path.endsWith(".json") ? jsonProblem(text) : undefined;
      assert(problem === undefined, `${path}: ${problem}`);
    }
  });

  Deno.test(`${name} has a README that says what transfers and what does not`, async () => {
    const readme = (await filesOf(exporter)).find(({ path }) => path === "README.md");
    assert(readme, `${name} writes no README.md`);
    assertEquals(readmeProblem(readme), undefined);
  });

  if (exporter.vendors) {
    Deno.test(`${name} refuses GPUs of vendors its reader does not run on`, async () => {
      const other = { ...SAMPLE_DEVICE, vendor: "another" };
      await rejects(async () => await exporter.files(withDevice(requestFor(exporter), other)), {
        name: "RangeError",
        message: /not of "another"; export the profile of such a GPU$/,
      });
    });
  }

  Deno.test(`${name} holds to the families of the request`, async () => {
    const names = exporter.families ?? everyFamily;
    let exported = 0;
    for (const only of names) {
      const files = await exporter.files(requestFor(exporter, [only])).catch((error) => {
        if (error instanceof RangeError && names.length > 1) return []; // the sample's winner is none it can have
        throw error;
      });
      exported += Number(files.length > 0);
      for (const { path, text } of files) {
        const other = everyFamily.find((family) => family !== only && text.includes(`${family}@`));
        assert(other === undefined, `${path} of an export of ${only} speaks of a winner of ${other}`);
      }
    }
    assert(exported > 0, `${name} has words for no sample winner`);
  });
}

Deno.test("the contract can fail: paths, gaps in JSON, sections", () => {
  const at = (...paths: string[]) => fileProblem(paths.map((path): ExportFile => ({ path, text: "" })));
  assertEquals(at("a.json", "b/c-1.0_x.wgsl"), undefined);
  for (
    const path of [
      "../a",
      "/a",
      "a//b",
      "a/./b",
      "",
      "a b",
      "C:a",
      "a\\b",
      ".hidden",
      "nul.json",
      "a.",
      "\u00e9",
    ]
  ) {
    assert(at(path)?.includes("no portable path"), path);
  }
  assert(at("a.json", "A.json")?.includes("comes twice"));
  assert(at("a", "a/b")?.includes("a file and a folder"));
  assert(at()?.includes("none"));
  assert(jsonProblem('{"a": "NaN"}'));
  assert(jsonProblem('{"a": ["x undefined y"]}'));
  assert(jsonProblem('{"a": "[object Object]"}'));
  assert(jsonProblem('{"undefined": 1}'));
  assertEquals(jsonProblem('{"a": 1}'), undefined);
  assert(readmeProblem({ path: "README.md", text: "# A\n\n## What transfers\n\n- b\n" }));
  assert(readmeProblem({ path: "README.md", text: "# A\n\n## What transfers\n\n## What does not\n\n- b\n" }));
});

/** What a text that came of a missing value looks like in JSON. */
function jsonProblem(text: string): string | undefined {
  let problem: string | undefined;
  const look = (value: unknown) => {
    if (typeof value === "string" && /\b(undefined|NaN|Infinity)\b|\[object /.test(value)) {
      problem ??= `"${value}"`;
    }
  };
  JSON.parse(text, (key, value) => {
    look(key);
    look(value);
    return value;
  });
  return problem;
}

function readmeProblem({ text }: ExportFile): string | undefined {
  if (!/^# \S/.test(text)) return "it begins without a title";
  for (const section of ["What transfers", "What does not"]) {
    const body = text.split(`\n## ${section}\n`)[1]?.split("\n## ")[0];
    if (body === undefined) return `it has no section "${section}"`;
    if (!/^- \S/m.test(body)) return `its section "${section}" is empty`;
  }
  if (/\bundefined\b|\bNaN\b|\[object /.test(text)) return "it holds a value that is none";
  return undefined;
}
