/* What the README's host takes of webgpu.h: names, fields and arguments as Dawn and wgpu-native have them since 2025
   (webgpu-headers, webgpu.h; read beside wgpu-native 29). Enough to compile it, nothing to link. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
typedef struct WGPUDeviceImpl *WGPUDevice;
typedef struct WGPUQueueImpl *WGPUQueue;
typedef struct WGPUBufferImpl *WGPUBuffer;
typedef struct WGPUSamplerImpl *WGPUSampler;
typedef struct WGPUTextureViewImpl *WGPUTextureView;
typedef struct WGPUShaderModuleImpl *WGPUShaderModule;
typedef struct WGPUPipelineLayoutImpl *WGPUPipelineLayout;
typedef struct WGPUBindGroupLayoutImpl *WGPUBindGroupLayout;
typedef struct WGPUBindGroupImpl *WGPUBindGroup;
typedef struct WGPUComputePipelineImpl *WGPUComputePipeline;
typedef struct WGPUComputePassEncoderImpl *WGPUComputePassEncoder;
typedef uint64_t WGPUBufferUsage, WGPUShaderStage;
static const WGPUBufferUsage WGPUBufferUsage_CopyDst = 8, WGPUBufferUsage_Uniform = 64;
static const WGPUShaderStage WGPUShaderStage_Compute = 4;
typedef uint32_t WGPUBool;
typedef enum WGPUSType { WGPUSType_ShaderSourceWGSL = 2 } WGPUSType;
typedef enum WGPUBufferBindingType {
  WGPUBufferBindingType_BindingNotUsed,
  WGPUBufferBindingType_Undefined,
  WGPUBufferBindingType_Uniform,
  WGPUBufferBindingType_Storage,
  WGPUBufferBindingType_ReadOnlyStorage
} WGPUBufferBindingType;
typedef struct WGPUStringView { char const *data; size_t length; } WGPUStringView;
typedef struct WGPUChainedStruct { struct WGPUChainedStruct *next; WGPUSType sType; } WGPUChainedStruct;
typedef struct WGPUShaderSourceWGSL { WGPUChainedStruct chain; WGPUStringView code; } WGPUShaderSourceWGSL;
typedef struct WGPUShaderModuleDescriptor { WGPUChainedStruct *nextInChain; WGPUStringView label; } WGPUShaderModuleDescriptor;
typedef struct WGPUComputeState {
  WGPUChainedStruct *nextInChain; WGPUShaderModule module; WGPUStringView entryPoint; size_t constantCount; void const *constants;
} WGPUComputeState;
typedef struct WGPUComputePipelineDescriptor {
  WGPUChainedStruct *nextInChain; WGPUStringView label; WGPUPipelineLayout layout; WGPUComputeState compute;
} WGPUComputePipelineDescriptor;
typedef struct WGPUPipelineLayoutDescriptor {
  WGPUChainedStruct *nextInChain; WGPUStringView label; size_t bindGroupLayoutCount; WGPUBindGroupLayout const *bindGroupLayouts;
} WGPUPipelineLayoutDescriptor;
typedef struct WGPUBufferDescriptor {
  WGPUChainedStruct *nextInChain; WGPUStringView label; WGPUBufferUsage usage; uint64_t size; WGPUBool mappedAtCreation;
} WGPUBufferDescriptor;
typedef struct WGPUBufferBindingLayout {
  WGPUChainedStruct *nextInChain; WGPUBufferBindingType type; WGPUBool hasDynamicOffset; uint64_t minBindingSize;
} WGPUBufferBindingLayout;
typedef struct WGPUBindGroupLayoutEntry {
  WGPUChainedStruct *nextInChain; uint32_t binding; WGPUShaderStage visibility; WGPUBufferBindingLayout buffer;
} WGPUBindGroupLayoutEntry;
typedef struct WGPUBindGroupLayoutDescriptor {
  WGPUChainedStruct *nextInChain; WGPUStringView label; size_t entryCount; WGPUBindGroupLayoutEntry const *entries;
} WGPUBindGroupLayoutDescriptor;
typedef struct WGPUBindGroupEntry {
  WGPUChainedStruct *nextInChain; uint32_t binding; WGPUBuffer buffer; uint64_t offset, size; WGPUSampler sampler; WGPUTextureView textureView;
} WGPUBindGroupEntry;
typedef struct WGPUBindGroupDescriptor {
  WGPUChainedStruct *nextInChain; WGPUStringView label; WGPUBindGroupLayout layout; size_t entryCount; WGPUBindGroupEntry const *entries;
} WGPUBindGroupDescriptor;
WGPUQueue wgpuDeviceGetQueue(WGPUDevice device);
WGPUBuffer wgpuDeviceCreateBuffer(WGPUDevice device, WGPUBufferDescriptor const *descriptor);
WGPUShaderModule wgpuDeviceCreateShaderModule(WGPUDevice device, WGPUShaderModuleDescriptor const *descriptor);
WGPUPipelineLayout wgpuDeviceCreatePipelineLayout(WGPUDevice device, WGPUPipelineLayoutDescriptor const *descriptor);
WGPUBindGroupLayout wgpuDeviceCreateBindGroupLayout(WGPUDevice device, WGPUBindGroupLayoutDescriptor const *descriptor);
WGPUBindGroup wgpuDeviceCreateBindGroup(WGPUDevice device, WGPUBindGroupDescriptor const *descriptor);
WGPUComputePipeline wgpuDeviceCreateComputePipeline(WGPUDevice device, WGPUComputePipelineDescriptor const *descriptor);
void wgpuQueueWriteBuffer(WGPUQueue queue, WGPUBuffer buffer, uint64_t bufferOffset, void const *data, size_t size);
void wgpuComputePassEncoderSetPipeline(WGPUComputePassEncoder pass, WGPUComputePipeline pipeline);
void wgpuComputePassEncoderSetBindGroup(WGPUComputePassEncoder pass, uint32_t groupIndex, WGPUBindGroup group, size_t dynamicOffsetCount, uint32_t const *dynamicOffsets);
void wgpuComputePassEncoderDispatchWorkgroups(WGPUComputePassEncoder pass, uint32_t x, uint32_t y, uint32_t z);
