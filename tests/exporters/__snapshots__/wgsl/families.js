export const devices = [{"slug":"builtin_nvidia_hopper_2330","vendor":"nvidia","architecture":"hopper","device":"2330","description":"NVIDIA H100 80GB HBM3","driver":"570.1","backend":"builtin","runtime":"deno 2.9.6","software":false}];
export const families = {
  gdn_prefill: () => import("./data/gdn_prefill.js"),
  mla_decode: () => import("./data/mla_decode.js"),
};
