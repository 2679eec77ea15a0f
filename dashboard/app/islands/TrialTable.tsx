import { useComputed, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { chosenRows } from "../family/chosen_rows.ts";
import type { TrialColumns } from "../family/trial_columns.ts";
import { headsOf, sharedWords, TrialRow } from "../family/trial_cells.tsx";

/** Pixels of a row, as the stylesheet has it. */
const ROW = 28;
/** Rows drawn above and below what is seen. */
const SPARE = 12;
/** Rows drawn until the window's height is known. */
const ASSUMED = 24;

/** Every trial of a bucket, sorted and filtered in the browser; only rows in sight are in the page. */
export default function TrialTable({ first, total, url, code }: {
  /** The fastest ones: all there is without JavaScript, or until the others came. */
  readonly first: TrialColumns;
  readonly total: number;
  /** Where all of them are. */
  readonly url: string;
  /** Address of a variant's code, before its id. */
  readonly code: string;
}) {
  const all = useSignal<TrialColumns | undefined>(undefined);
  const failed = useSignal(false);
  const text = useSignal("");
  const status = useSignal("");
  const sort = useSignal("us");
  const descending = useSignal(false);
  const top = useSignal(0);
  const height = useSignal(ASSUMED * ROW);
  const box = useRef<HTMLDivElement>(null);
  const columns = useComputed(() => all.value ?? first);
  const rows = useComputed(() =>
    chosenRows(columns.value, {
      text: text.value,
      status: status.value,
      sort: sort.value,
      descending: descending.value,
    })
  );
  const isWhole = useComputed(() => all.value !== undefined);

  useEffect(() => {
    const asking = new AbortController();
    fetch(url, { signal: asking.signal }).then(async (answer) => {
      if (!answer.ok) throw new Error(`${answer.status}`);
      all.value = await answer.json();
      height.value = box.current?.clientHeight ?? height.value;
    }).catch(() => failed.value = !asking.signal.aborted);
    return () => asking.abort();
  }, [url]);

  const backToTop = () => {
    top.value = 0;
    if (box.current) box.current.scrollTop = 0;
  };
  const sortBy = (name: string) => {
    descending.value = sort.value === name ? !descending.value : false;
    sort.value = name;
    backToTop();
  };

  const from = isWhole.value ? Math.max(0, Math.floor(top.value / ROW) - SPARE) : 0;
  const to = isWhole.value
    ? Math.min(rows.value.length, Math.ceil((top.value + height.value) / ROW) + SPARE)
    : rows.value.length;
  const heads = headsOf(columns.value);
  const shared = sharedWords(columns.value);
  const below = (rows.value.length - to) * ROW;
  return (
    <div class="trials">
      {isWhole.value && (
        <div class="controls">
          <label>
            Filter
            <input
              type="search"
              placeholder="tileV=32 f16"
              value={text.value}
              onInput={(event) => {
                text.value = event.currentTarget.value;
                backToTop();
              }}
            />
          </label>
          <label>
            Status
            <select
              value={status.value}
              onChange={(event) => {
                status.value = event.currentTarget.value;
                backToTop();
              }}
            >
              <option value="">all</option>
              {columns.value.statuses.map((name) => <option key={name} value={name}>{name}</option>)}
            </select>
          </label>
        </div>
      )}
      <p class="muted" role="status">
        {isWhole.value
          ? `${rows.value.length} of ${total} trials`
          : `The fastest ${first.place.length} of ${total} trials${
            failed.value ? "; the others could not be loaded" : ""
          }`}
        {shared && `. All with ${shared}`}
      </p>
      <div
        ref={box}
        class="scroll tall"
        tabIndex={0}
        role="region"
        aria-label="Trials"
        onScroll={(event) => {
          top.value = event.currentTarget.scrollTop;
          height.value = event.currentTarget.clientHeight;
        }}
      >
        <table class="data" aria-rowcount={rows.value.length + 1}>
          <colgroup>{heads.map(({ name, width }) => <col key={name} width={width} />)}</colgroup>
          <thead>
            <tr aria-rowindex={1}>
              {heads.map(({ name, label, isNumber, isSortable, title }) => (
                <th
                  key={name}
                  scope="col"
                  class={isNumber ? "num" : undefined}
                  title={title}
                  aria-sort={sort.value !== name ? undefined : descending.value ? "descending" : "ascending"}
                >
                  {isSortable && isWhole.value
                    ? (
                      <button type="button" onClick={() => sortBy(name)}>
                        {label}
                        <span aria-hidden="true">
                          {sort.value === name ? descending.value ? " ↓" : " ↑" : ""}
                        </span>
                      </button>
                    )
                    : label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            <Spacer height={from * ROW} span={heads.length} />
            {rows.value.slice(from, to).map((row, i) => (
              <TrialRow key={row} columns={columns.value} row={row} index={from + i + 2} code={code} />
            ))}
            <Spacer height={below} span={heads.length} />
          </tbody>
        </table>
      </div>
    </div>
  );
}

/** Stands in for rows out of sight. An image has a height of its own, where the page's policy allows no style. */
function Spacer({ height, span }: { readonly height: number; readonly span: number }) {
  if (height <= 0) return null;
  return (
    <tr class="spacer" aria-hidden="true">
      <td colSpan={span}>
        <svg width="1" height={height} />
      </td>
    </tr>
  );
}
