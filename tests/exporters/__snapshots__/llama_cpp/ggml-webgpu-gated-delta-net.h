#pragma once

// Deltatune: NVIDIA H100 80GB HBM3, builtin, 2026-11-23. README.md says what was timed.
// KDA: kda_decode:stateElem=f32;stateLayout=KV;tileV=32;rowsPerThread=8;columnsPerThread=4;operands=staged;reduce=barrier;unroll=true
// GDN: gdn_decode:stateElem=f32;stateLayout=KV;tileV=16;rowsPerThread=8;columnsPerThread=4;operands=staged;reduce=barrier;unroll=true

// Columns of a head's state in one workgroup of the launch that was timed: the macro TILE_V of the shader.
#define GGML_WEBGPU_GATED_DELTA_NET_TILE_V_KDA(s_v) ((s_v) == 128 ? 32u : (s_v) == 64 ? 32u : 4u)
#define GGML_WEBGPU_GATED_DELTA_NET_TILE_V_GDN(s_v) ((s_v) == 128 ? 16u : (s_v) == 64 ? 16u : 4u)
#define GGML_WEBGPU_GATED_DELTA_NET_TILE_V(s_v, kda) \
    ((kda) ? GGML_WEBGPU_GATED_DELTA_NET_TILE_V_KDA(s_v) : GGML_WEBGPU_GATED_DELTA_NET_TILE_V_GDN(s_v))

// Workgroups that then share a head: the dispatch is h times as many in x, and n_seqs in y.
#define GGML_WEBGPU_GATED_DELTA_NET_TILES(s_v, kda) ((s_v) / GGML_WEBGPU_GATED_DELTA_NET_TILE_V(s_v, kda))

// Threads of such a workgroup.
#define GGML_WEBGPU_GATED_DELTA_NET_WG_SIZE_KDA(s_v) ((s_v) == 128 ? 128u : (s_v) == 64 ? 64u : (s_v) / 2u)
#define GGML_WEBGPU_GATED_DELTA_NET_WG_SIZE_GDN(s_v) ((s_v) == 128 ? 64u : (s_v) == 64 ? 32u : (s_v) / 2u)
#define GGML_WEBGPU_GATED_DELTA_NET_WG_SIZE(s_v, kda) \
    ((kda) ? GGML_WEBGPU_GATED_DELTA_NET_WG_SIZE_KDA(s_v) : GGML_WEBGPU_GATED_DELTA_NET_WG_SIZE_GDN(s_v))
