import { fileTable } from "../../cli/export_lines.ts";
import { assertEquals } from "../assert.ts";

Deno.test("fileTable() shows few files one by one, many folder by folder", () => {
  const few = [{ path: "README.md", bytes: 10 }, { path: "a/b.wgsl", bytes: 20 }];
  assertEquals(fileTable(few).slice(2).map((line) => line.split(/\s+/)[0]), ["README.md", "a/b.wgsl"]);
  const many = [...few, ...Array.from({ length: 30 }, (_, i) => ({ path: `a/c/${i}.wgsl`, bytes: 1024 }))];
  const rows = fileTable(many).slice(2);
  assertEquals(rows.map((line) => line.replace(/ {2,}.*/, "")), ["README.md", "a/ 31 files"]);
  assertEquals(rows[1].endsWith("30.0 KiB"), true);
});
