/* Whether a line of WGSL is one the standard demands and naga refuses: subgroups need no `enable` there. */
static inline int dt_is_standard_only(const char *line, size_t length) {
  static const char enable[] = "enable subgroups;", diagnostic[] = "diagnostic(off, subgroup_uniformity);";
  return (length == sizeof enable - 1 && memcmp(line, enable, length) == 0) ||
         (length == sizeof diagnostic - 1 && memcmp(line, diagnostic, length) == 0);
}

/* Writes a text and a 0 behind it; for naga, lines it refuses are left empty. Returns the bytes before the 0: where
   that is not less than room (text->bytes + 1 is always enough), only as much as fits was written. */
static inline size_t dt_write_text(const dt_text *text, int naga, char *into, size_t room) {
  size_t at = 0, i;
  for (i = 0; i < text->piece_count; i++) {
    const char *line = text->pieces[i];
    while (*line) {
      const char *end = strchr(line, '\n');
      size_t length = end ? (size_t)(end - line) : strlen(line);
      const char *next = end ? end + 1 : line + length;
      if (naga && dt_is_standard_only(line, length)) line += length;
      length = (size_t)(next - line);
      if (at + length < room) memcpy(into + at, line, length);
      else if (at < room) memcpy(into + at, line, room - at - 1);
      at += length;
      line = next;
    }
  }
  if (room > 0) into[at < room ? at : room - 1] = 0;
  return at;
}
