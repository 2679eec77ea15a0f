typedef struct call {
  WGPUDevice device;
  WGPUComputePassEncoder pass;
  const dt_variant *variant;
  const dt_device *own;
  WGPUBuffer buffers[DT_MAX_BUFFERS]; /* the caller's, and scratch */
  uint64_t bytes[DT_MAX_BUFFERS];     /* dt_buffer_bytes */
} call;

static WGPUComputePipeline pipeline_of(call *c, const dt_pass *pass, WGPUBindGroupLayout layout) {
  char *code = malloc(pass->text->bytes + 1); /* once for each pass->text: keep the pipeline */
  WGPUShaderSourceWGSL wgsl = {.chain = {.sType = WGPUSType_ShaderSourceWGSL}};
  wgsl.code = (WGPUStringView){code, dt_write_text(pass->text, c->own->naga, code, pass->text->bytes + 1)};
  WGPUComputePipelineDescriptor made = {.label = {pass->label, strlen(pass->label)}};
  made.layout = wgpuDeviceCreatePipelineLayout(
      c->device, &(WGPUPipelineLayoutDescriptor){.bindGroupLayoutCount = 1, .bindGroupLayouts = &layout});
  made.compute.module = wgpuDeviceCreateShaderModule(c->device, &(WGPUShaderModuleDescriptor){.nextInChain = &wgsl.chain});
  made.compute.entryPoint = (WGPUStringView){pass->entry_point, strlen(pass->entry_point)};
  free(code);
  return wgpuDeviceCreateComputePipeline(c->device, &made);
}

static int dispatch(const dt_step *step, void *user) {
  call *c = user;
  const dt_pass *pass = step->pass;
  const size_t count = pass->binding_count + 1;
  WGPUBindGroupLayoutEntry slots[DT_MAX_BUFFERS + 1] = {{.visibility = WGPUShaderStage_Compute}};
  WGPUBindGroupEntry bound[DT_MAX_BUFFERS + 1] = {{.size = pass->uniform_bytes}};
  slots[0].buffer.type = WGPUBufferBindingType_Uniform; /* binding 0; one buffer for each step of a call */
  bound[0].buffer = wgpuDeviceCreateBuffer(c->device, &(WGPUBufferDescriptor){
      .usage = WGPUBufferUsage_Uniform | WGPUBufferUsage_CopyDst, .size = pass->uniform_bytes});
  wgpuQueueWriteBuffer(wgpuDeviceGetQueue(c->device), bound[0].buffer, 0, step->words, pass->uniform_bytes);
  for (size_t i = 1; i < count; i++) {
    const dt_binding *b = &pass->bindings[i - 1];
    slots[i] = (WGPUBindGroupLayoutEntry){.binding = b->binding, .visibility = WGPUShaderStage_Compute};
    slots[i].buffer.type = b->writes ? WGPUBufferBindingType_Storage : WGPUBufferBindingType_ReadOnlyStorage;
    bound[i] = (WGPUBindGroupEntry){.binding = b->binding, .buffer = c->buffers[b->buffer], .size = c->bytes[b->buffer]};
  }
  WGPUBindGroupLayout layout =
      wgpuDeviceCreateBindGroupLayout(c->device, &(WGPUBindGroupLayoutDescriptor){.entryCount = count, .entries = slots});
  wgpuComputePassEncoderSetPipeline(c->pass, pipeline_of(c, pass, layout));
  wgpuComputePassEncoderSetBindGroup(c->pass, 0, wgpuDeviceCreateBindGroup(c->device, &(WGPUBindGroupDescriptor){
      .layout = layout, .entryCount = count, .entries = bound}), 0, NULL);
  wgpuComputePassEncoderDispatchWorkgroups(c->pass, (uint32_t)step->workgroups[0], (uint32_t)step->workgroups[1],
                                           (uint32_t)step->workgroups[2]);
  return 0; /* anything else ends the call */
}
