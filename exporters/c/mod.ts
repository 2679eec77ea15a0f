import type { Exporter, ExportRequest } from "../exporter.ts";
import { programOf } from "../native/program.ts";
import { bundleOf } from "../wgsl/bundle.ts";
import { headerOf } from "./header.ts";

export const c: Exporter = {
  name: "c",
  doc:
    "One C header: WGSL of every winner, and functions that pick a variant and say its buffers and dispatches",
  readBy: 'C and C++ on webgpu.h (Dawn, wgpu-native): #include "deltatune.h"',
  severalDevices: true,
  async files(request: ExportRequest) {
    const program = programOf(await bundleOf(request));
    return [{ path: "deltatune.h", text: headerOf(program) }];
  },
};
