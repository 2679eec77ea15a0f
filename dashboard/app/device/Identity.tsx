import { deviceStack } from "../../../compare/device_words.ts";
import type { DeviceRecord } from "../../../profiles/schema.ts";
import { limitWords } from "./limit_words.ts";
import { matrixKinds } from "./matrix_shapes.ts";

const UNTOLD = <span class="muted">not told by its WebGPU</span>;

/** What a device says of itself, and says not. */
export function Identity({ device }: { readonly device: DeviceRecord }) {
  const { vendor, architecture, runtime, driver, subgroupSize } = device;
  return (
    <section class="card">
      <h2>Identity</h2>
      <dl class="facts">
        <dt>adapter</dt>
        <dd>
          {device.description || UNTOLD}
          {device.software && (
            <>
              {" "}
              <span class="tag caution">software adapter</span>
            </>
          )}
        </dd>
        <dt>vendor</dt>
        <dd>{vendor || UNTOLD}</dd>
        <dt>architecture</dt>
        <dd>{architecture || UNTOLD}</dd>
        <dt>device id</dt>
        <dd>{device.device || UNTOLD}</dd>
        <dt>driver</dt>
        <dd>{driver || UNTOLD}</dd>
        <dt>WebGPU</dt>
        <dd>{deviceStack(device).split(",")[0]} ({runtime})</dd>
        <dt>subgroups</dt>
        <dd>
          {subgroupSize
            ? subgroupSize.min === subgroupSize.max
              ? `${subgroupSize.min} lanes`
              : `${subgroupSize.min} to ${subgroupSize.max} lanes, as the driver chooses`
            : <span class="muted">none granted</span>}
        </dd>
      </dl>
    </section>
  );
}

/** What it granted: features, limits and shapes of its matrix units. */
export function Granted({ device }: { readonly device: DeviceRecord }) {
  const kinds = matrixKinds(device.subgroupMatrices);
  const limits = Object.entries(device.limits);
  return (
    <section>
      <h2>Granted features and limits</h2>
      <p class="tags">
        {device.features.length === 0 && <span class="muted">No optional feature was granted.</span>}
        {device.features.map((feature) => <span key={feature} class="tag">{feature}</span>)}
      </p>
      <div class="columns">
        <div>
          <h3>Limits</h3>
          {limits.length === 0
            ? <p class="muted">None were recorded.</p>
            : (
              <div class="scroll" tabIndex={0} role="region" aria-label="Limits">
                <table class="data">
                  <thead>
                    <tr>
                      <th scope="col">limit</th>
                      <th scope="col" class="num">granted</th>
                    </tr>
                  </thead>
                  <tbody>
                    {limits.map(([name, value]) => (
                      <tr key={name}>
                        <th scope="row" class="mono">{name}</th>
                        <td class="num" title={`${value}`}>{limitWords(name, value)}</td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </div>
            )}
        </div>
        <div>
          <h3>Matrix units</h3>
          {kinds.length === 0
            ? <p class="muted">No products of subgroup matrices were granted.</p>
            : (
              <div class="scroll" tabIndex={0} role="region" aria-label="Matrix units">
                <table class="data">
                  <thead>
                    <tr>
                      <th scope="col">operands</th>
                      <th scope="col">sum</th>
                      <th scope="col">M x N x K of a subgroup</th>
                    </tr>
                  </thead>
                  <tbody>
                    {kinds.map(({ operands, sum, shapes }) => (
                      <tr key={`${operands} ${sum}`}>
                        <th scope="row">{operands}</th>
                        <td>{sum}</td>
                        <td>{shapes.join(", ")}</td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </div>
            )}
        </div>
      </div>
    </section>
  );
}
