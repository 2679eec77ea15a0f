import { deviceName } from "../../../compare/device_words.ts";
import type { DeviceRecord } from "../../../profiles/schema.ts";

const BACKENDS = { builtin: "Deno's WebGPU", dawn: "Dawn", browser: "browser" } as const;

/** A device by its own name, the WebGPU it was used through, and a tag where it is a software adapter. */
export function DeviceName({ device, href }: { readonly device: DeviceRecord; readonly href?: string }) {
  const name = deviceName({ ...device, software: false });
  return (
    <span class="device">
      {href ? <a href={href}>{name}</a> : name} <span class="muted">{BACKENDS[device.backend]}</span>
      {device.software && (
        <>
          {" "}
          <span class="tag caution">software adapter</span>
        </>
      )}
    </span>
  );
}
