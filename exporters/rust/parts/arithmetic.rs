// Arithmetic of formulas: unsigned 64 bits, no value below 0. What is divided by 0 is more than any limit.

fn div(a: u64, b: u64) -> u64 {
    a.checked_div(b).unwrap_or(u64::MAX)
}
fn modulo(a: u64, b: u64) -> u64 {
    a.checked_rem(b).unwrap_or(a)
}
fn ceil_div(a: u64, b: u64) -> u64 {
    if b == 0 {
        return u64::MAX;
    }
    a / b + u64::from(a % b != 0)
}
fn min(a: u64, b: u64) -> u64 {
    a.min(b)
}
fn max(a: u64, b: u64) -> u64 {
    a.max(b)
}
fn select(condition: u64, then: u64, otherwise: u64) -> u64 {
    if condition != 0 {
        then
    } else {
        otherwise
    }
}

/// Hands a pass with its numbers on, f32 words filled in.
fn take(walk: &mut Walk<'_>, at: usize, workgroups: [u64; 3], words: &[u64]) -> bool {
    let passes = walk.passes;
    let pass = &passes[at];
    let mut step = Step { pass, workgroups, words: [0; MAX_WORDS] };
    for (i, param) in pass.params.iter().enumerate() {
        step.words[i] = match *param {
            Param::U32(_) => words[i] as u32,
            Param::F32(_, value, per_scale) => {
                (walk.scale.map_or(value, |scale| scale * per_scale) as f32).to_bits()
            }
        };
    }
    (walk.visit)(&step)
}
