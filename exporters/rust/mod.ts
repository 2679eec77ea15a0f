import type { Exporter, ExportRequest } from "../exporter.ts";
import { programOf } from "../native/program.ts";
import { bundleOf } from "../wgsl/bundle.ts";
import { moduleOf } from "./module.ts";

export const rust: Exporter = {
  name: "rust",
  doc:
    "One Rust module: WGSL of every winner, and functions that pick a variant and say its buffers and dispatches",
  readBy: "Rust on wgpu: mod deltatune_kernels;",
  severalDevices: true,
  async files(request: ExportRequest) {
    const program = programOf(await bundleOf(request));
    return [{ path: "deltatune_kernels.rs", text: moduleOf(program) }];
  },
};
