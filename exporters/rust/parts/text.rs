/// Whether a line of WGSL is one the standard demands and naga refuses: subgroups need no `enable` there.
pub fn is_standard_only(line: &str) -> bool {
    let line = line.trim_end_matches('\n');
    line == "enable subgroups;" || line == "diagnostic(off, subgroup_uniformity);"
}

impl Text {
    /// Its lines, each with its end; for naga, those it refuses are empty. Collect them into a `String`.
    pub fn lines(&self, naga: bool) -> impl Iterator<Item = &'static str> {
        self.code
            .split_inclusive('\n')
            .map(move |line| if naga && is_standard_only(line) { "\n" } else { line })
    }
}
