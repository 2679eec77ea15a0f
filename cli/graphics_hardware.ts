/** What Linux shows of GPUs and of what a Vulkan program needs to reach them. */
export interface GraphicsHardware {
  /** GPUs by maker, as the PCI bus or device files show them. */
  readonly gpus: readonly Maker[];
  /** Whether libvulkan.so.1, which finds the drivers, can be loaded. */
  readonly hasLoader: boolean;
  /** File names of installed Vulkan drivers, as in `nvidia_icd.json`. */
  readonly drivers: readonly string[];
  /** Variables that hide all other drivers, as in `VK_DRIVER_FILES=...`. */
  readonly overrides: readonly string[];
  /** Nodes /dev/dri/renderD*, and those this user may not open. */
  readonly renderNodes: readonly string[];
  readonly lockedNodes: readonly string[];
  readonly hasNvidiaModule: boolean;
}

export type Maker = "NVIDIA" | "AMD" | "Intel";

const MAKERS: Readonly<Record<string, Maker>> = { "0x10de": "NVIDIA", "0x1002": "AMD", "0x8086": "Intel" };
const DRIVER_FILES: Readonly<Record<Maker, RegExp>> = {
  NVIDIA: /nvidia|nouveau/i,
  AMD: /radeon|amd/i,
  Intel: /intel/i,
};
const DRIVER_FOLDERS = ["/usr/share/vulkan/icd.d", "/usr/local/share/vulkan/icd.d", "/etc/vulkan/icd.d"];
const OVERRIDES = ["VK_DRIVER_FILES", "VK_ICD_FILENAMES", "DENO_WEBGPU_BACKEND"];

/** Looks at this machine. Reads files only; what can't be read counts as absent. */
export function graphicsHardware(): GraphicsHardware {
  const hasNvidiaModule = text("/proc/driver/nvidia/version") !== undefined;
  const gpus = new Set<Maker>(hasNvidiaModule ? ["NVIDIA"] : []);
  for (const device of names("/sys/bus/pci/devices")) {
    const maker = MAKERS[text(`/sys/bus/pci/devices/${device}/vendor`) ?? ""];
    // 0x03: display controllers; 0x12: accelerators, as AMD's Instinct call themselves.
    const kind = text(`/sys/bus/pci/devices/${device}/class`)?.slice(0, 4);
    if (maker && (kind === "0x03" || (kind === "0x12" && maker === "AMD"))) gpus.add(maker);
  }
  const renderNodes = names("/dev/dri").filter((name) => name.startsWith("renderD")).map((name) =>
    `/dev/dri/${name}`
  );
  return {
    gpus: [...gpus],
    hasLoader: loads("libvulkan.so.1"),
    drivers: DRIVER_FOLDERS.flatMap(names).filter((name) => name.endsWith(".json")),
    overrides: OVERRIDES.filter((name) => Deno.env.get(name)).map((name) => `${name}=${Deno.env.get(name)}`),
    renderNodes,
    lockedNodes: renderNodes.filter((node) => !opens(node)),
    hasNvidiaModule,
  };
}

/** One sentence: what was found. */
export function describeHardware(found: GraphicsHardware): string {
  const gpus = found.gpus.length > 0 ? `${found.gpus.join(" and ")} GPU` : "no GPU to be seen";
  const drivers = found.drivers.length > 0
    ? `Vulkan drivers ${found.drivers.join(", ")}`
    : "no Vulkan driver";
  return `${gpus}; ${found.hasLoader ? "" : "no Vulkan loader; "}${drivers}`;
}

/** What to do so that a GPU answers, the first step first; empty where there is no GPU to wake. */
export function stepsToGpu(found: GraphicsHardware): string[] {
  const { gpus, drivers, overrides, lockedNodes } = found;
  if (gpus.length === 0) return [];
  const steps: string[] = [];
  if (overrides.length > 0) steps.push(`unset ${overrides.join(" and ")}, which may hide the GPU's driver`);
  if (!found.hasLoader) steps.push("install the Vulkan loader (Debian, Ubuntu: apt install libvulkan1)");
  for (const maker of gpus) {
    if (maker === "NVIDIA" && !found.hasNvidiaModule) steps.push("install and load NVIDIA's driver");
    else if (!drivers.some((name) => DRIVER_FILES[maker].test(name))) {
      steps.push(
        maker === "NVIDIA"
          ? "install the Vulkan part of NVIDIA's driver (in a container: NVIDIA_DRIVER_CAPABILITIES=all)"
          : `install ${maker}'s Vulkan driver (Debian, Ubuntu: apt install mesa-vulkan-drivers)`,
      );
    }
    if (maker !== "NVIDIA" && found.renderNodes.length === 0) {
      steps.push("make /dev/dri visible (in a container: --device /dev/dri)");
    }
  }
  if (lockedNodes.length > 0) {
    steps.push(`let your user open ${lockedNodes.join(", ")} (usermod -aG render, then log in again)`);
  }
  return steps;
}

function names(folder: string): string[] {
  try {
    return [...Deno.readDirSync(folder)].map((entry) => entry.name).sort();
  } catch {
    return [];
  }
}

function text(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path).trim();
  } catch {
    return undefined;
  }
}

function opens(path: string): boolean {
  try {
    Deno.openSync(path, { read: true, write: true }).close();
    return true;
  } catch {
    return false;
  }
}

function loads(library: string): boolean {
  try {
    Deno.dlopen(library, {}).close();
    return true;
  } catch {
    return false;
  }
}
