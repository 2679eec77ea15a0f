// @ts-check
// Compute pipelines of a device, one for each WGSL file.

const COMPUTE = 4;

export class Pipelines {
  #device;
  #own;
  #code;
  /** @type {Map<string, { pipeline: GPUComputePipeline, layout: GPUBindGroupLayout }>} */
  #compiled = new Map();

  /**
   * @param {GPUDevice} device
   * @param {import("./device.js").Described} own
   * @param {Record<string, string>} code
   */
  constructor(device, own, code) {
    this.#device = device;
    this.#own = own;
    this.#code = code;
  }

  /**
   * Compiles in the background.
   * @param {any} pass
   */
  async prepare(pass) {
    if (this.#compiled.has(pass.file)) return;
    const { layout, descriptor } = this.#describe(pass);
    const pipeline = await this.#device.createComputePipelineAsync(descriptor);
    this.#compiled.set(pass.file, { pipeline, layout });
  }

  /**
   * Compiles what is not there yet while the caller waits.
   * @param {any} pass
   */
  get(pass) {
    const known = this.#compiled.get(pass.file);
    if (known) return known;
    const { layout, descriptor } = this.#describe(pass);
    const made = { pipeline: this.#device.createComputePipeline(descriptor), layout };
    this.#compiled.set(pass.file, made);
    return made;
  }

  /** @param {any} pass */
  #describe({ file, label, entryPoint, bindings, features }) {
    let code = this.#code[file];
    // naga refuses the line that the standard demands.
    if (features.includes("subgroups") && this.#own.naga) {
      code = code.replace(/^(enable subgroups|diagnostic\(off, subgroup_uniformity\));$/gm, "");
    }
    const layout = this.#device.createBindGroupLayout({
      entries: [
        { binding: 0, visibility: COMPUTE, buffer: { type: "uniform" } },
        ...bindings.map((/** @type {any} */ { binding, access }) => ({
          binding,
          visibility: COMPUTE,
          buffer: { type: access === "read" ? "read-only-storage" : "storage" },
        })),
      ],
    });
    const descriptor = {
      label,
      layout: this.#device.createPipelineLayout({ bindGroupLayouts: [layout] }),
      compute: { module: this.#device.createShaderModule({ label: file, code }), entryPoint },
    };
    return { layout, descriptor };
  }
}
