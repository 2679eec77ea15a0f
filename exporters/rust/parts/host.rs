let own = Device {
    vendor_id: info.vendor, // wgpu::AdapterInfo
    description: &info.name,
    software: info.device_type == wgpu::DeviceType::Cpu,
    naga: true,
    features: SHADER_F16 | SUBGROUPS, // those that the device was made with
    ..limits // a Device with the wgpu::Device's limits and subgroup sizes
};
let Choice { variant, .. } = family_named(family)?.choose(&own, &axes, &Request::default())?;
let bytes = variant.buffer_bytes(&own, &axes); // of variant.buffers: name, dtype, role
variant.dispatches(&own, &axes, None, &mut |step| {
    let code: String = step.pass.text.lines(own.naga).collect(); // once for each text: keep the pipeline
    let pipeline = pipeline_of(&device, step.pass, code);
    let uniform = device.create_buffer_init(&wgpu::util::BufferInitDescriptor {
        label: None,
        contents: bytemuck::cast_slice(&step.words[..step.pass.uniform_bytes / 4]),
        usage: wgpu::BufferUsages::UNIFORM,
    });
    let mut entries = vec![wgpu::BindGroupEntry { binding: 0, resource: uniform.as_entire_binding() }];
    entries.extend(step.pass.bindings.iter().map(|bound| wgpu::BindGroupEntry {
        binding: bound.binding,
        resource: wgpu::BindingResource::Buffer(wgpu::BufferBinding {
            buffer: &buffers[bound.buffer], // the caller's, and scratch
            offset: 0,
            size: core::num::NonZeroU64::new(bytes[bound.buffer]),
        }),
    }));
    let layout = &pipeline.get_bind_group_layout(0);
    let group = device.create_bind_group(&wgpu::BindGroupDescriptor { label: None, layout, entries: &entries });
    let [x, y, z] = step.workgroups.map(|groups| groups as u32);
    pass.set_pipeline(&pipeline);
    pass.set_bind_group(0, &group, &[]);
    pass.dispatch_workgroups(x, y, z);
    true // false ends the call
});
