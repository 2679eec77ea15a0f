import { familyNamed } from "../../kernels/mod.ts";
import { type CompareRequest, compareWindows, type WindowsComparison } from "../../tuner/compare_windows.ts";
import type { OpenDevice } from "../../tuner/open_device.ts";

/** Runs one variant in windows of two lengths and compares what it computes. */
export function windowsOp(
  opened: OpenDevice,
  request: CompareRequest & { readonly family: string },
): Promise<WindowsComparison> {
  return compareWindows(opened, familyNamed(request.family), request);
}
