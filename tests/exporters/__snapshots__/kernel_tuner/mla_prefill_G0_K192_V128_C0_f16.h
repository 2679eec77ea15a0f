/* mla_prefill_G0_K192_V128_C0_f16: variants chosen by Deltatune; README.md says what they rest on. */
#pragma once
#ifndef kernel_tuner /* a tuner that compiles the kernel gives its own values */

#define MLA_PREFILL_FORMULATION_FMA 0
#define MLA_PREFILL_FORMULATION_MATRIX 1
#define MLA_PREFILL_IO_F32 0
#define MLA_PREFILL_IO_F16 1

#if defined(TARGET_NVIDIA_H100_80GB_HBM3)
/* tuned at 4096x1x32 tokens x sequences x heads */
#define MLA_PREFILL_FORMULATION MLA_PREFILL_FORMULATION_FMA
#define MLA_PREFILL_IO MLA_PREFILL_IO_F16
#define MLA_PREFILL_DISPATCH_GFLOP 128
#define MLA_PREFILL_ROW_LANES 8
#define MLA_PREFILL_KEY_LANES 8
#define MLA_PREFILL_ROWS_PER_THREAD 4
#define MLA_PREFILL_KEYS_PER_THREAD 4
#define MLA_PREFILL_DIMS_PER_SLICE 16
#define MLA_PREFILL_LANES_ACROSS 8
#define MLA_PREFILL_UNROLL 1
#else /* the portable default */
#define MLA_PREFILL_FORMULATION MLA_PREFILL_FORMULATION_FMA
#define MLA_PREFILL_IO MLA_PREFILL_IO_F16
#define MLA_PREFILL_DISPATCH_GFLOP 128
#define MLA_PREFILL_ROW_LANES 8
#define MLA_PREFILL_KEY_LANES 8
#define MLA_PREFILL_ROWS_PER_THREAD 4
#define MLA_PREFILL_KEYS_PER_THREAD 4
#define MLA_PREFILL_DIMS_PER_SLICE 16
#define MLA_PREFILL_LANES_ACROSS 8
#define MLA_PREFILL_UNROLL 1
#endif

#endif /* kernel_tuner */
