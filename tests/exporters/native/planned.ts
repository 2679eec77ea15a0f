import type { ExportRequest } from "../../../exporters/exporter.ts";
import { capabilitiesOf } from "../../../profiles/capabilities.ts";
import { UNBOUND } from "../../../exporters/wgsl/variant.ts";

/** The workgroups and words of each winner's plan at its own sizes, a line per pass, by the winner's variant. */
export function plannedLines({ devices, families }: ExportRequest): string[][] {
  return devices.flatMap(({ profile }) =>
    profile.winners.map((winner) => {
      const family = families.find(({ name }) => name === winner.family)!;
      const device = capabilitiesOf(profile.device);
      const limits = { ...device.limits, maxStorageBufferBindingSize: UNBOUND, maxBufferSize: UNBOUND };
      const { buffers, passes } = family.plan(winner.axes, winner.config, {
        ...device,
        engine: "tint",
        limits,
      });
      return [
        ...buffers.map(({ name, length, dtype }) =>
          `buffer ${name} ${Math.ceil(length * (dtype === "f16" ? 2 : 4) / 4) * 4}`
        ),
        ...passes.map(({ label, workgroups, params }) => {
          const words = new Uint32Array(Math.max(4, Math.ceil(params.length / 4) * 4));
          const floats = new Float32Array(words.buffer);
          params.forEach(({ type, value }, i) => (type === "f32" ? floats : words)[i] = value);
          return `step ${label} main ${workgroups.join(" ")} words ${words.join(" ")}`;
        }),
      ];
    })
  );
}
