import { type Case, type Own, OWNS } from "./cases.ts";

/** A Rust program that prints what deltatune_kernels.rs says of each case, in the words of expectedLines(). */
export function programRust(cases: readonly Case[]): string {
  const text = (value: string) => JSON.stringify(value);
  const rows = cases.map(({ family, own, axes, storage, variant, scale }) => {
    const sizes = Object.entries(axes).map(([name, size]) => `${name}: ${size}, `).join("");
    const settings = Object.entries(storage).map(([name, value]) => `(${text(name)}, ${text(value)})`).join(
      ", ",
    );
    const pinned = variant === undefined ? "None" : `Some(${text(variant)})`;
    return `    One { family: ${text(family)}, own: ${own}, axes: Axes { ${sizes}..NOTHING }, ` +
      `request: Request { storage: &[${settings}], variant: ${pinned} }, ` +
      `scale: ${scale === undefined ? "None" : `Some(${scale}f64)`} },\n`;
  });
  return `mod deltatune_kernels;
use deltatune_kernels::*;

struct One {
    family: &'static str,
    own: usize,
    axes: Axes,
    request: Request<'static>,
    scale: Option<f64>,
}
const NOTHING: Axes = Axes { ${
    ["B", "C", "G", "H", "K", "N", "P", "S", "T", "V"].map((name) => `${name}: 0`).join(", ")
  } };
static MATRICES: [Matrix; 1] = [Matrix { M: 16, N: 16, K: 16 }];
static CASES: [One; ${cases.length}] = [\n${rows.join("")}];

fn hash_of(text: &Text, naga: bool) -> u32 {
    let code: String = text.lines(naga).collect();
    code.bytes().fold(0x811c9dc5, |value: u32, byte| (value ^ u32::from(byte)).wrapping_mul(0x01000193))
}

fn main() {
    let owns = [\n${OWNS.map(deviceRow).join("")}    ];
    for (i, one) in CASES.iter().enumerate() {
        let own = &owns[one.own];
        let family = family_named(one.family).unwrap();
        let Choice { variant, rung } = match family.choose(own, &one.axes, &one.request) {
            Ok(choice) => choice,
            Err(refusal) => {
                println!("case {i} refused {:?}", refusal.status);
                continue;
            }
        };
        let near = format!("{rung:?}").to_lowercase();
        println!("case {i} {near} {} {}", variant.id, variant.bucket.unwrap_or("-"));
        let bytes = variant.buffer_bytes(own, &one.axes);
        for (buffer, bytes) in variant.buffers.iter().zip(bytes) {
            let [dtype, role] = [format!("{:?}", buffer.dtype), format!("{:?}", buffer.role)].map(|w| w.to_lowercase());
            println!("buffer {} {bytes} {dtype} {role}", buffer.name);
        }
        variant.dispatches(own, &one.axes, one.scale, &mut |step| {
            let Step { pass, workgroups: [x, y, z], words } = step;
            print!("step {} {} {x} {y} {z} words", pass.label, pass.entry_point);
            words[..pass.uniform_bytes / 4].iter().for_each(|word| print!(" {word}"));
            print!(" bound");
            for Binding { binding, buffer, writes } in pass.bindings {
                print!(" {binding}:{}:{}", variant.buffers[*buffer].name, if *writes { "rw" } else { "r" });
            }
            println!(" code {}", hash_of(pass.text, own.naga));
            true
        });
    }
}
`;
}

function deviceRow(
  { vendor, raw, built, software, naga, features, limits, maxBinding, maxGroups, matrices, subgroupSize }:
    Own,
): string {
  const flags = {
    "shader-f16": "SHADER_F16",
    "subgroups": "SUBGROUPS",
    "chromium-experimental-subgroup-matrix": "SUBGROUP_MATRIX",
  };
  const granted = Object.entries(flags).filter(([name]) => features.has(name)).map(([, flag]) => flag);
  const [device, description = ""] = raw;
  const id = vendor === "amd"
    ? 'vendor_id: 0x1002, vendor: ""'
    : `vendor_id: 0, vendor: ${JSON.stringify(vendor)}`;
  return `        Device {
            ${id}, architecture: ${JSON.stringify(built)}, device: ${JSON.stringify(device)}, description: ${
    JSON.stringify(description)
  },
            software: ${software}, naga: ${naga}, features: ${granted.join(" | ") || 0},
            limits: Limits {
                max_compute_workgroup_storage_size: ${limits.maxComputeWorkgroupStorageSize},
                max_compute_invocations_per_workgroup: ${limits.maxComputeInvocationsPerWorkgroup},
                max_compute_workgroup_size_x: ${limits.maxComputeWorkgroupSizeX},
                max_compute_workgroup_size_y: ${limits.maxComputeWorkgroupSizeY},
                max_compute_workgroup_size_z: ${limits.maxComputeWorkgroupSizeZ},
                max_storage_buffers_per_shader_stage: ${limits.maxStorageBuffersPerShaderStage},
            },
            max_compute_workgroups_per_dimension: ${maxGroups}, max_storage_buffer_binding_size: ${maxBinding},
            max_buffer_size: ${
    maxBinding + 4096
  }, subgroup_min: ${subgroupSize.min}, subgroup_max: ${subgroupSize.max},
            matrices: ${matrices.length > 0 ? "&MATRICES" : "&[]"},
        },
`;
}
