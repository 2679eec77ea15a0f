/** Workgroup counts for `x` by `y` groups, with y folded into z where it exceeds the device's limit; see `group.z` in the pass. */
export function foldGrid(x: number, y: number, limit: number): [number, number, number] {
  if (y <= limit) return [x, y, 1];
  const z = Math.ceil(y / limit);
  return [x, Math.ceil(y / z), z];
}
