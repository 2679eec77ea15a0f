import { useSignal } from "@preact/signals";
import { formatFactor, formatTime, threeDigits } from "../../../compare/quantities.ts";
import type { Winner } from "../../../profiles/schema.ts";
import type { Upload } from "../../../profiles/upload.ts";
import { DataTable } from "../components/DataTable.tsx";

type Saving = "no" | "now" | { readonly page: string; readonly added: number } | { readonly error: string };

/** The winners, and where to with them. */
export function Results({ upload, names }: {
  readonly upload: Upload;
  /** What is other than the default, by variant. */
  readonly names: ReadonlyMap<string, string>;
}) {
  const saving = useSignal<Saving>("no");
  const text = () => JSON.stringify(upload);
  const save = async () => {
    saving.value = "now";
    const answer = await fetch("/api/profiles", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: text(),
    }).then(
      (response) => response.json(),
      () => ({ error: "The server does not answer; is it still running?" }),
    );
    saving.value = answer;
  };
  const { winners, device } = upload.profile;
  const saved = typeof saving.value === "object" && "page" in saving.value ? saving.value : undefined;
  const refused = typeof saving.value === "object" && "error" in saving.value
    ? saving.value.error
    : undefined;
  return (
    <section>
      <h2>Winners</h2>
      {winners.length === 0
        ? <p class="warn">No variant passed within this time; a longer budget may do.</p>
        : <WinnerTable winners={winners} names={names} />}
      <p class="actions">
        <button type="button" class="primary" onClick={save} disabled={saving.value === "now" || !!saved}>
          Save to this server
        </button>
        <button type="button" onClick={() => download(text(), fileName(device.vendor, device.architecture))}>
          Download profile
        </button>
      </p>
      <p role="status">
        {saving.value === "now" && <span class="muted">Saving.</span>}
        {saved && (
          <span>
            Saved, with {saved.added} new {saved.added === 1 ? "trial" : "trials"}:{" "}
            <a href={saved.page}>its page</a>.
          </span>
        )}
      </p>
      {refused && <p class="warn" role="alert">{refused}</p>}
    </section>
  );
}

function WinnerTable({ winners, names }: {
  readonly winners: readonly Winner[];
  readonly names: ReadonlyMap<string, string>;
}) {
  return (
    <DataTable label="Winners">
      <thead>
        <tr>
          <th scope="col">workload</th>
          <th scope="col" class="num">one call</th>
          <th scope="col" class="num">x the default</th>
          <th scope="col" class="num">roofline</th>
          <th scope="col" class="num">error</th>
          <th scope="col">other than the default</th>
        </tr>
      </thead>
      <tbody>
        {winners.map((w) => (
          <tr key={w.bucket}>
            <th scope="row" class="mono bucket">{w.bucket.replace("@", " ").replaceAll(",", ", ")}</th>
            <td class="num">
              {formatTime(w.timing.medianUs)}
              {w.timing.lowClocks && <div class="muted">at low clocks</div>}
            </td>
            <td class="num">
              {w.defaultTiming ? formatFactor(w.defaultTiming.medianUs / w.timing.medianUs) : "-"}
            </td>
            <td class="num">
              {w.rooflinePercent !== undefined ? `${threeDigits(w.rooflinePercent)} %` : "-"}
            </td>
            <td class="num">{w.error.toExponential(1)}</td>
            <td class="mono changes">
              {(names.get(w.variant) ?? w.variant).replaceAll(";", " ")}
              {w.tiedWith.length > 0 && <span class="tag">tied with {w.tiedWith.length}</span>}
            </td>
          </tr>
        ))}
      </tbody>
    </DataTable>
  );
}

function fileName(...words: readonly string[]): string {
  const name = words.join("-").toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "");
  return `deltatune-${name || "browser"}.json`;
}

function download(text: string, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
