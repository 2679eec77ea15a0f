import { initialConfig } from "../../kernels/core/space.ts";
import { plainValue, pythonLiteral } from "../plain_value.ts";
import { conditionOf } from "./conditions.ts";
import type { SearchSpace } from "./search_spaces.ts";

/** A search space as a T1 file, whose kernel is the text at `kernelFile`. */
export function t1Text(space: SearchSpace, kernelFile: string): string {
  const { family, formulation, values } = space;
  const initial = { ...initialConfig(family.space, formulation) };
  const rules = family.space.constraints.filter((rule) =>
    rule.formulations?.includes(formulation as string) ?? true
  );
  const document = {
    General: { BenchmarkName: space.name, TimeUnit: "Milliseconds" },
    ConfigurationSpace: {
      TuningParameters: values.map(([Name, all]) => ({
        Name,
        Type: typeof plainValue(all[0]) === "string" ? "string" : "int",
        Values: `[${all.map(pythonLiteral).join(", ")}]`,
        Default: plainValue(all.includes(initial[Name]) ? initial[Name] : all[0]),
      })),
      Conditions: rules.flatMap((rule) => conditionOf(rule, values) ?? []),
    },
    KernelSpecification: {
      Language: "Vulkan",
      KernelName: "main",
      KernelFile: kernelFile,
      ProblemSize: space.size,
      GlobalSize: { X: "1" },
      LocalSize: { X: "1" },
      Arguments: [],
    },
  };
  return JSON.stringify(document, null, 2) + "\n";
}
